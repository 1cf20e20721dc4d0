// The clients in Go, connect-go and grpc-go: the cases of ../../clients/cases.mjs, and those of pings.go. Runs in as JSON, a line of JSON for
// each case out.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

type run struct {
	Label    string
	Client   string
	URL      string
	CA       string
	Protocol string
	HTTP     string
	Codec    string
	Gzip     bool
	Cases    []string
}

func main() {
	var runs []run
	if err := json.Unmarshal([]byte(os.Args[1]), &runs); err != nil {
		panic(err)
	}
	for _, each := range runs {
		perform(each)
	}
}

func perform(r run) {
	open := map[string]func(run) (adapter, error){
		"connect":   openConnect,
		"grpc":      openGrpc,
		"keepalive": openPinging,
	}[r.Client]
	a, err := open(r)
	for _, name := range r.Cases {
		failed := err
		if failed == nil {
			failed = attempt(name, a)
		}
		line := map[string]string{"run": r.Label, "case": name}
		if failed != nil {
			line["error"] = failed.Error()
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
}

func attempt(name string, a adapter) (err error) {
	test, ok := cases[name]
	if !ok {
		return errors.New("there is no such case")
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("%v", panicked)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	test(ctx, a)
	return nil
}
