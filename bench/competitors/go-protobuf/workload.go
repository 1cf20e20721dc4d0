package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// messageType is what is generated for each message: a constructor, and plain
// code that reads every field, or three of them.
type messageType struct {
	create     func() proto.Message
	touchAll   func(proto.Message) float64
	touchThree func(proto.Message) float64
}

type workload struct {
	messageType
	messages []proto.Message
	wires    [][]byte
	jsons    [][]byte
}

var workloads = map[string]*workload{}

// Where results go, so that none is optimised away.
var (
	messageSink proto.Message
	bytesSink   []byte
	numberSink  float64
)

type prepared struct {
	Ops     []string  `json:"ops"`
	Bytes   int       `json:"bytes"`
	Touched []float64 `json:"touched"`
}

// prepare decodes what another library wrote, and checks that nothing is lost
// or added on the way back. Maps leave in no fixed order, so lengths and values
// are compared, not bytes.
func prepare(question *request) (*prepared, error) {
	kind, ok := messageTypes[question.Type]
	if !ok {
		return nil, nil
	}
	w := &workload{messageType: kind, wires: question.Wires, jsons: question.Jsons}
	workloads[question.Workload] = w
	result := &prepared{Bytes: len(w.wires[0])}
	for i, wire := range w.wires {
		message := w.decode(wire)
		again := w.encode(message)
		if len(again) != len(wire) || !proto.Equal(message, w.decode(again)) {
			return nil, fmt.Errorf("%s: Go does not reproduce the bytes", question.Workload)
		}
		if i < len(w.jsons) {
			if !proto.Equal(message, w.jsonDecode(w.jsons[i])) ||
				!proto.Equal(message, w.jsonDecode(w.jsonEncode(message))) {
				return nil, fmt.Errorf("%s: Go reads other values from JSON", question.Workload)
			}
		}
		w.messages = append(w.messages, message)
		result.Touched = append(result.Touched, w.touchAll(message))
	}
	for _, name := range operationNames {
		if w.jsons != nil || (name != "json-encode" && name != "json-decode") {
			result.Ops = append(result.Ops, name)
		}
	}
	return result, nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (w *workload) decode(wire []byte) proto.Message {
	message := w.create()
	must(proto.Unmarshal(wire, message))
	return message
}

func (w *workload) encode(message proto.Message) []byte {
	out, err := proto.Marshal(message)
	must(err)
	return out
}

func (w *workload) jsonEncode(message proto.Message) []byte {
	out, err := protojson.Marshal(message)
	must(err)
	return out
}

func (w *workload) jsonDecode(text []byte) proto.Message {
	message := w.create()
	must(protojson.Unmarshal(text, message))
	return message
}

var operationNames = []string{
	"decode", "encode", "touch-all", "touch-three", "re-encode", "json-encode", "json-decode",
}

// operation returns what does one operation, on the item of that index.
func (w *workload) operation(name string) (func(int), error) {
	switch name {
	case "decode":
		return func(i int) { messageSink = w.decode(w.wires[i]) }, nil
	case "encode":
		return func(i int) { bytesSink = w.encode(w.messages[i]) }, nil
	case "touch-all":
		return func(i int) { numberSink = w.touchAll(w.decode(w.wires[i])) }, nil
	case "touch-three":
		return func(i int) { numberSink = w.touchThree(w.decode(w.wires[i])) }, nil
	case "re-encode":
		return func(i int) { bytesSink = w.encode(w.decode(w.wires[i])) }, nil
	case "json-encode":
		return func(i int) { bytesSink = w.jsonEncode(w.messages[i]) }, nil
	case "json-decode":
		return func(i int) { messageSink = w.jsonDecode(w.jsons[i]) }, nil
	}
	return nil, fmt.Errorf("unknown operation: %s", name)
}

// runner returns what does an operation so many times, in rotation over the items.
func runner(question *request) (func(int), int, error) {
	w, ok := workloads[question.Workload]
	if !ok {
		return nil, 0, fmt.Errorf("not prepared: %s", question.Workload)
	}
	do, err := w.operation(question.Op)
	variants := len(w.wires)
	return func(count int) {
		for i, k := 0, 0; i < count; i++ {
			do(k)
			if k++; k == variants {
				k = 0
			}
		}
	}, variants, err
}

// processorTime is what all threads of the process have used.
func processorTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure runs for about so many milliseconds and returns nanoseconds of
// processor time an operation.
func measure(question *request) (float64, error) {
	run, batch, err := runner(question)
	if err != nil {
		return 0, err
	}
	wanted := time.Duration(question.Ms * float64(time.Millisecond))
	count := 0
	used := processorTime()
	start := time.Now()
	var elapsed time.Duration
	for elapsed < wanted {
		before := elapsed
		run(batch)
		count += batch
		elapsed = time.Since(start)
		if elapsed-before < wanted/20 {
			batch *= 2
		}
	}
	return float64((processorTime() - used).Nanoseconds()) / float64(count), nil
}

// measureAllocation returns the bytes that an operation allocates.
func measureAllocation(question *request) (float64, error) {
	run, variants, err := runner(question)
	if err != nil {
		return 0, err
	}
	count := 64 * variants
	if len(workloads[question.Workload].wires[0]) > 1<<16 {
		count = 8 * variants
	}
	results := make([]float64, 5)
	for i := range results {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run(count)
		runtime.ReadMemStats(&after)
		results[i] = float64(after.TotalAlloc-before.TotalAlloc) / float64(count)
	}
	slices.Sort(results)
	return results[len(results)/2], nil
}

func boolNumber(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// wideNumber counts a 64-bit integer as one, as the JavaScript does.
func wideNumber[T int64 | uint64](v T) float64 {
	if v != 0 {
		return 1
	}
	return 0
}
