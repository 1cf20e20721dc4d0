// A server of connect-go with gRPC's interoperability test service, on two ports: cleartext and TLS. It says where on
// one line, and serves until it is killed. What it does beyond gRPC's service is said in ../../src/test-service.ts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	pb "google.golang.org/grpc/interop/grpc_testing"
)

const (
	prefix   = "/grpc.testing.TestService/"
	maxBytes = 4 << 20
)

var cancelled sync.Map

func main() {
	var files struct{ Cert, Key string }
	check(json.Unmarshal([]byte(os.Args[1]), &files))
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	ports := map[string]int{"port": portOf(plain), "tlsPort": portOf(secure)}
	line, err := json.Marshal(ports)
	check(err)
	fmt.Println(string(line))
	mux := handlers()
	go func() { check(http.Serve(plain, h2c.NewHandler(mux, &http2.Server{}))) }()
	check(http.ServeTLS(secure, mux, files.Cert, files.Key))
}

func handlers() *http.ServeMux {
	options := []connect.HandlerOption{connect.WithReadMaxBytes(maxBytes), connect.WithCompressMinBytes(1024)}
	mux := http.NewServeMux()
	mux.Handle(prefix+"EmptyCall", connect.NewUnaryHandler(prefix+"EmptyCall", emptyCall, options...))
	mux.Handle(prefix+"UnaryCall", connect.NewUnaryHandler(prefix+"UnaryCall", unaryCall, options...))
	mux.Handle(prefix+"StreamingOutputCall",
		connect.NewServerStreamHandler(prefix+"StreamingOutputCall", streamingOutputCall, options...))
	mux.Handle(prefix+"StreamingInputCall",
		connect.NewClientStreamHandler(prefix+"StreamingInputCall", streamingInputCall, options...))
	mux.Handle(prefix+"FullDuplexCall",
		connect.NewBidiStreamHandler(prefix+"FullDuplexCall", fullDuplexCall, options...))
	mux.Handle(prefix+"UnimplementedCall", connect.NewUnaryHandler(prefix+"UnimplementedCall", unimplementedCall, options...))
	return mux
}

func emptyCall(_ context.Context, _ *connect.Request[pb.Empty]) (*connect.Response[pb.Empty], error) {
	return connect.NewResponse(&pb.Empty{}), nil
}

func unimplementedCall(_ context.Context, _ *connect.Request[pb.Empty]) (*connect.Response[pb.Empty], error) {
	return nil, connect.NewError(connect.CodeUnimplemented, errors.New("not implemented"))
}

func unaryCall(ctx context.Context, request *connect.Request[pb.SimpleRequest]) (*connect.Response[pb.SimpleResponse], error) {
	header := request.Header()
	if text := header.Get("x-interop-delay-ms"); text != "" {
		delay, _ := strconv.Atoi(text)
		if err := pause(ctx, header, time.Duration(delay)*time.Millisecond); err != nil {
			return nil, err
		}
	}
	if err := failure(request.Msg.ResponseStatus); err != nil {
		return nil, err
	}
	message := &pb.SimpleResponse{Payload: zeros(request.Msg.ResponseSize)}
	if request.Msg.FillServerId {
		message.ServerId = "connect-go"
	}
	response := connect.NewResponse(message)
	echo(header, response.Header(), response.Trailer())
	if asked := header.Get("x-interop-ask"); asked != "" {
		_, seen := cancelled.Load(asked)
		response.Header().Set("x-interop-cancelled", strconv.FormatBool(seen))
	}
	return response, nil
}

func streamingOutputCall(ctx context.Context, request *connect.Request[pb.StreamingOutputCallRequest], stream *connect.ServerStream[pb.StreamingOutputCallResponse]) error {
	echo(request.Header(), stream.ResponseHeader(), stream.ResponseTrailer())
	return respond(ctx, request.Header(), request.Msg, stream.Send)
}

func streamingInputCall(_ context.Context, stream *connect.ClientStream[pb.StreamingInputCallRequest]) (*connect.Response[pb.StreamingInputCallResponse], error) {
	size := 0
	for stream.Receive() {
		size += len(stream.Msg().GetPayload().GetBody())
	}
	if stream.Err() != nil {
		return nil, stream.Err()
	}
	return connect.NewResponse(&pb.StreamingInputCallResponse{AggregatedPayloadSize: int32(size)}), nil
}

func fullDuplexCall(ctx context.Context, stream *connect.BidiStream[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
	echo(stream.RequestHeader(), stream.ResponseHeader(), stream.ResponseTrailer())
	for {
		request, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if ctx.Err() != nil || connect.CodeOf(err) == connect.CodeCanceled {
				remember(stream.RequestHeader())
			}
			return err
		}
		if err := respond(ctx, stream.RequestHeader(), request, stream.Send); err != nil {
			return err
		}
	}
}

func respond(ctx context.Context, header http.Header, request *pb.StreamingOutputCallRequest, send func(*pb.StreamingOutputCallResponse) error) error {
	for _, each := range request.ResponseParameters {
		if each.IntervalUs > 0 {
			if err := pause(ctx, header, time.Duration(each.IntervalUs)*time.Microsecond); err != nil {
				return err
			}
		}
		if err := send(&pb.StreamingOutputCallResponse{Payload: zeros(each.Size)}); err != nil {
			return err
		}
	}
	return failure(request.ResponseStatus)
}

// pause waits, and remembers the call's token where the call is given up in between.
func pause(ctx context.Context, header http.Header, delay time.Duration) error {
	select {
	case <-time.After(delay):
		return nil
	case <-ctx.Done():
		remember(header)
		return ctx.Err()
	}
}

func remember(header http.Header) {
	if token := header.Get("x-interop-token"); token != "" {
		cancelled.Store(token, true)
	}
}

func failure(status *pb.EchoStatus) error {
	if status.GetCode() == 0 {
		return nil
	}
	err := connect.NewError(connect.Code(status.Code), errors.New(status.Message))
	info := &errdetails.ErrorInfo{Reason: "INTEROP", Domain: "interop.test", Metadata: map[string]string{"a": "b"}}
	if detail, failed := connect.NewErrorDetail(info); failed == nil {
		err.AddDetail(detail)
	}
	return err
}

func echo(request, header, trailer http.Header) {
	if value := request.Get("x-grpc-test-echo-initial"); value != "" {
		header.Set("x-grpc-test-echo-initial", value)
	}
	if value := request.Get("x-grpc-test-echo-trailing-bin"); value != "" {
		trailer.Set("x-grpc-test-echo-trailing-bin", value)
	}
}

func zeros(size int32) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func portOf(listener net.Listener) int { return listener.Addr().(*net.TCPAddr).Port }

func check(err error) {
	if err != nil {
		panic(err)
	}
}
