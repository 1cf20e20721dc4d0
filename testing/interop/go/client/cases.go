package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"reflect"
	"sync"
	"time"

	pb "google.golang.org/grpc/interop/grpc_testing"
)

const (
	mebibyte    = 1 << 20
	nearLimit   = 39 * mebibyte / 10
	testService = "/grpc.testing.TestService/"
)

var (
	requestSizes  = []int{27182, 8, 1828, 45904}
	responseSizes = []int{31415, 9, 2653, 58979}
	wrongState    = &pb.EchoStatus{Code: 9, Message: "wrong state ☺"}
)

// cases panic where something is not as it should be.
var cases = map[string]func(ctx context.Context, a adapter){
	"empty_unary":      func(ctx context.Context, a adapter) { check(a.empty(ctx, testService+"EmptyCall")) },
	"large_unary":      func(ctx context.Context, a adapter) { exchange(ctx, a, 271828, 314159) },
	"near_limit_unary": func(ctx context.Context, a adapter) { exchange(ctx, a, nearLimit, nearLimit) },

	"over_limit_unary": func(ctx context.Context, a adapter) {
		_, err := a.unary(ctx, &pb.SimpleRequest{Payload: zeros(5 * mebibyte)}, nil)
		same(fails(a, err).code, 8)
		check(a.empty(ctx, testService+"EmptyCall"))
	},

	"initial_metadata": func(ctx context.Context, a adapter) {
		value := "a value, with punctuation; and = signs"
		answer, err := a.unary(ctx, &pb.SimpleRequest{}, map[string]string{"x-grpc-test-echo-initial": value})
		check(err)
		same(answer.header("x-grpc-test-echo-initial"), value)
	},

	"binary_metadata": func(ctx context.Context, a adapter) {
		value := "\x00\xff\x01\xab"
		answer, err := a.unary(ctx, &pb.SimpleRequest{}, map[string]string{"x-grpc-test-echo-trailing-bin": value})
		check(err)
		same(answer.trailer("x-grpc-test-echo-trailing-bin"), value)
	},

	"error_details": func(ctx context.Context, a adapter) {
		_, err := a.unary(ctx, &pb.SimpleRequest{ResponseStatus: wrongState}, nil)
		same(fails(a, err), failure{9, wrongState.Message, []string{"INTEROP interop.test map[a:b]"}})
	},

	"unary_deadline": func(ctx context.Context, a adapter) {
		ctx, cancel := context.WithTimeout(ctx, 150*time.Millisecond)
		defer cancel()
		_, err := a.unary(ctx, &pb.SimpleRequest{}, map[string]string{"x-interop-delay-ms": "20000"})
		same(fails(a, err).code, 4)
	},

	"unary_cancel": func(ctx context.Context, a adapter) {
		token := newToken()
		shorter, cancel := context.WithCancel(ctx)
		time.AfterFunc(300*time.Millisecond, cancel)
		_, err := a.unary(shorter, &pb.SimpleRequest{}, map[string]string{"x-interop-delay-ms": "20000", "x-interop-token": token})
		same(fails(a, err).code, 1)
		seenByServer(ctx, a, token)
	},

	"unimplemented_method": func(ctx context.Context, a adapter) {
		same(fails(a, a.empty(ctx, testService+"UnimplementedCall")).code, 12)
	},

	"unimplemented_service": func(ctx context.Context, a adapter) {
		same(fails(a, a.empty(ctx, "/grpc.testing.UnimplementedService/UnimplementedCall")).code, 12)
	},

	"concurrent_unary": func(ctx context.Context, a adapter) {
		var group sync.WaitGroup
		failures := make(chan any, 100)
		for i := range 100 {
			group.Add(1)
			go func() {
				defer group.Done()
				defer func() { failures <- recover() }()
				exchange(ctx, a, 100, 1000+i)
			}()
		}
		group.Wait()
		for range 100 {
			if failed := <-failures; failed != nil {
				panic(failed)
			}
		}
	},

	"server_streaming": func(ctx context.Context, a adapter) {
		stream, err := a.serverStream(ctx, asking(responseSizes), nil)
		check(err)
		sizes, err := drain(stream)
		check(err)
		same(sizes, responseSizes)
	},

	"server_streaming_error": func(ctx context.Context, a adapter) {
		request := asking([]int{5, 200_000})
		request.ResponseStatus = &pb.EchoStatus{Code: 5, Message: "the end"}
		stream, err := a.serverStream(ctx, request, nil)
		check(err)
		sizes, err := drain(stream)
		same(sizes, []int{5, 200_000})
		failed := fails(a, err)
		same(failed.code, 5)
		same(failed.text, "the end")
	},

	"server_streaming_deadline": func(ctx context.Context, a adapter) {
		ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		defer cancel()
		stream, err := a.serverStream(ctx, pausing(), nil)
		check(err)
		sizes, err := drain(stream)
		same(sizes, []int{5})
		same(fails(a, err).code, 4)
	},

	"server_streaming_cancel": func(ctx context.Context, a adapter) {
		token := newToken()
		shorter, cancel := context.WithCancel(ctx)
		stream, err := a.serverStream(shorter, pausing(), map[string]string{"x-interop-token": token})
		check(err)
		_, err = stream.receive()
		check(err)
		time.Sleep(50 * time.Millisecond)
		cancel()
		_, err = drain(stream)
		same(fails(a, err).code, 1)
		seenByServer(ctx, a, token)
	},

	"server_streaming_slow_reader": func(ctx context.Context, a adapter) {
		sizes := make([]int, 40)
		for i := range sizes {
			sizes[i] = 262144
		}
		stream, err := a.serverStream(ctx, asking(sizes), nil)
		check(err)
		for i := range sizes {
			message, err := stream.receive()
			check(err)
			same(len(message.Payload.Body), sizes[i])
			if i%10 == 9 {
				time.Sleep(20 * time.Millisecond)
			}
		}
		_, err = stream.receive()
		same(errors.Is(err, io.EOF), true)
	},

	"client_streaming": func(ctx context.Context, a adapter) {
		size, err := a.clientStream(ctx, requestSizes)
		check(err)
		same(size, int32(74922))
	},

	"client_streaming_large": func(ctx context.Context, a adapter) {
		sizes := make([]int, 80)
		for i := range sizes {
			sizes[i] = 65536
		}
		size, err := a.clientStream(ctx, sizes)
		check(err)
		same(size, int32(80*65536))
	},

	"many_small_requests":  func(ctx context.Context, a adapter) { sendMany(ctx, a, 30_000, 1_000) },
	"many_small_responses": func(ctx context.Context, a adapter) { receiveMany(ctx, a, 30_000, 1_000) },
	"many_tiny_requests":   func(ctx context.Context, a adapter) { sendMany(ctx, a, 10_000, 0) },
	"many_tiny_responses":  func(ctx context.Context, a adapter) { receiveMany(ctx, a, 10_000, 0) },

	"ping_pong": func(ctx context.Context, a adapter) {
		stream, err := a.bidi(ctx, nil)
		check(err)
		for i, size := range requestSizes {
			request := asking(responseSizes[i : i+1])
			request.Payload = zeros(size)
			check(stream.send(request))
			message, err := stream.receive()
			check(err)
			same(len(message.Payload.Body), responseSizes[i])
		}
		check(stream.closeSend())
		_, err = stream.receive()
		same(errors.Is(err, io.EOF), true)
	},

	"empty_stream": func(ctx context.Context, a adapter) {
		stream, err := a.bidi(ctx, nil)
		check(err)
		check(stream.closeSend())
		_, err = stream.receive()
		same(errors.Is(err, io.EOF), true)
	},

	"bidi_error": func(ctx context.Context, a adapter) {
		stream, err := a.bidi(ctx, nil)
		check(err)
		check(stream.send(asking([]int{7})))
		check(stream.send(&pb.StreamingOutputCallRequest{ResponseStatus: wrongState}))
		sizes, err := drain(stream)
		same(sizes, []int{7})
		failed := fails(a, err)
		same(failed.code, 9)
		same(failed.text, wrongState.Message)
	},

	"bidi_cancel": func(ctx context.Context, a adapter) {
		token := newToken()
		shorter, cancel := context.WithCancel(ctx)
		stream, err := a.bidi(shorter, map[string]string{"x-interop-token": token})
		check(err)
		check(stream.send(pausing()))
		_, err = stream.receive()
		check(err)
		time.Sleep(50 * time.Millisecond)
		cancel()
		_, err = drain(stream)
		same(fails(a, err).code, 1)
		seenByServer(ctx, a, token)
	},
}

func exchange(ctx context.Context, a adapter, size, responseSize int) {
	answer, err := a.unary(ctx, &pb.SimpleRequest{ResponseSize: int32(responseSize), Payload: zeros(size)}, nil)
	check(err)
	same(len(answer.message.Payload.Body), responseSize)
}

func asking(sizes []int) *pb.StreamingOutputCallRequest {
	request := &pb.StreamingOutputCallRequest{}
	for _, size := range sizes {
		request.ResponseParameters = append(request.ResponseParameters, &pb.ResponseParameters{Size: int32(size)})
	}
	return request
}

// pausing asks for a message, and for another one in a while.
func pausing() *pb.StreamingOutputCallRequest {
	request := asking([]int{5, 6})
	request.ResponseParameters[1].IntervalUs = 20_000_000
	return request
}

func drain(stream receiver) ([]int, error) {
	sizes := []int{}
	for {
		message, err := stream.receive()
		if errors.Is(err, io.EOF) {
			return sizes, nil
		}
		if err != nil {
			return sizes, err
		}
		sizes = append(sizes, len(message.GetPayload().GetBody()))
	}
}

// seenByServer waits until the server says that it knows of the cancellation.
func seenByServer(ctx context.Context, a adapter, token string) {
	for range 100 {
		answer, err := a.unary(ctx, &pb.SimpleRequest{}, map[string]string{"x-interop-ask": token})
		check(err)
		if answer.header("x-interop-cancelled") == "true" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	panic("the server never knew that the call was cancelled")
}

func fails(a adapter, err error) failure {
	if err == nil {
		panic("the call should have failed")
	}
	return a.failure(err)
}

func newToken() string { return fmt.Sprintf("%016x", rand.Uint64()) }

func zeros(size int) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func same(got, wanted any) {
	if !reflect.DeepEqual(got, wanted) {
		panic(fmt.Sprintf("%v, where it should be %v", got, wanted))
	}
}

func sendMany(ctx context.Context, a adapter, count int, size int) {
	total, err := a.clientStream(ctx, repeated(count, size))
	check(err)
	same(total, int32(count*size))
}

func receiveMany(ctx context.Context, a adapter, count int, size int) {
	stream, err := a.serverStream(ctx, asking(repeated(count, size)), nil)
	check(err)
	sizes, err := drain(stream)
	check(err)
	same(sizes, repeated(count, size))
}

func repeated(count int, size int) []int {
	sizes := make([]int, count)
	for i := range sizes {
		sizes[i] = size
	}
	return sizes
}
