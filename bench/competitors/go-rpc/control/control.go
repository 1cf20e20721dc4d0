// Package control is what a server of the bench owes the program that measures it: it is asked by lines of JSON on
// standard input, and answers each with one line.
package control

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Listeners are the ports that a server serves: cleartext and TLS by this configuration.
type Listeners struct {
	Plain  net.Listener
	Secure net.Listener
	TLS    *tls.Config
}

type request struct {
	Do       string
	Settings struct{ TLS struct{ Cert, Key string } }
}

// AnswerRequests answers lines until standard input ends; start begins to serve and returns.
func AnswerRequests(start func(Listeners)) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		must(json.Unmarshal(lines.Bytes(), &asked))
		var result any
		switch asked.Do {
		case "start":
			listeners := listen(asked.Settings.TLS.Cert, asked.Settings.TLS.Key)
			start(listeners)
			port := func(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }
			result = map[string]any{"ports": map[string]int{"2": port(listeners.Plain), "2-tls": port(listeners.Secure)}}
		case "cpu":
			result = cpu()
		case "memory":
			result = memory()
		default:
			panic("unknown request: " + asked.Do)
		}
		must(out.Encode(map[string]any{"result": result}))
	}
}

func listen(cert, key string) Listeners {
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	must(err)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}}
	bind := func() net.Listener {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		must(err)
		return listener
	}
	return Listeners{Plain: bind(), Secure: bind(), TLS: config}
}

// cpu is the processor time that the process has used, all threads, in microseconds.
func cpu() map[string]int64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	micros := func(t syscall.Timeval) int64 { return t.Sec*1e6 + t.Usec }
	return map[string]int64{"user": micros(usage.Utime), "system": micros(usage.Stime)}
}

// memory is what the process holds, and what of that is Go's heap after a collection.
func memory() map[string]uint64 {
	before := resident()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return map[string]uint64{"rss": before, "rssAfter": resident(), "heapUsed": stats.HeapAlloc + stats.StackInuse, "external": 0}
}

func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	must(err)
	pages, err := strconv.ParseUint(strings.Fields(string(text))[1], 10, 64)
	must(err)
	return pages * uint64(os.Getpagesize())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
