// Go's protobuf as a child of the benchmark: it answers the questions that
// bench/protobuf/child.mjs answers, one line of JSON each on standard input and
// output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type request struct {
	Do       string   `json:"do"`
	Workload string   `json:"workload"`
	Type     string   `json:"type"`
	Op       string   `json:"op"`
	Ms       float64  `json:"ms"`
	Wires    [][]byte `json:"wires"`
	Jsons    [][]byte `json:"jsons"`
}

type answer struct {
	Result any    `json:"result"`
	Error  string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var question request
		var reply answer
		if err := json.Unmarshal(line, &question); err != nil {
			reply.Error = err.Error()
		} else if reply.Result, err = handle(&question); err != nil {
			reply.Error = err.Error()
		}
		if err := out.Encode(reply); err != nil {
			return
		}
	}
}

func handle(question *request) (any, error) {
	switch question.Do {
	case "load":
		return true, nil
	case "prepare":
		return prepare(question)
	case "measure":
		return measure(question)
	case "allocation":
		return measureAllocation(question)
	}
	return nil, fmt.Errorf("unknown request: %s", question.Do)
}
