package main

import (
	"context"

	pb "google.golang.org/grpc/interop/grpc_testing"
)

type (
	out = pb.StreamingOutputCallResponse

	// adapter is what the cases need of a client.
	adapter interface {
		// empty calls a method that takes and gives nothing: /grpc.testing.TestService/EmptyCall.
		empty(ctx context.Context, path string) error
		unary(ctx context.Context, request *pb.SimpleRequest, headers map[string]string) (*answer, error)
		serverStream(ctx context.Context, request *pb.StreamingOutputCallRequest, headers map[string]string) (receiver, error)
		clientStream(ctx context.Context, sizes []int) (int32, error)
		bidi(ctx context.Context, headers map[string]string) (duplex, error)
		failure(err error) failure
	}

	// answer is a unary response; header and trailer are lower-case, those in -bin bytes.
	answer struct {
		message *pb.SimpleResponse
		header  func(name string) string
		trailer func(name string) string
	}

	failure struct {
		code    int
		text    string
		details []string
	}

	// receiver gives io.EOF behind the last message.
	receiver interface{ receive() (*out, error) }

	duplex interface {
		receiver
		send(request *pb.StreamingOutputCallRequest) error
		closeSend() error
	}
)
