// A server of grpc-go that watches how often its clients ask for signs of life, on two ports: with the policy that
// grpc-go has by default (5 minutes while a call is open, 2 hours while none is), and with one that permits a PING in 50
// ms. It says where on one line, and serves until it is killed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"

	"google.golang.org/grpc"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/keepalive"
)

type service struct {
	pb.UnimplementedTestServiceServer
}

func main() {
	lenient := keepalive.EnforcementPolicy{MinTime: 50 * time.Millisecond, PermitWithoutStream: true}
	ports := map[string]int{
		"port":        serve(),
		"lenientPort": serve(grpc.KeepaliveEnforcementPolicy(lenient)),
	}
	line, err := json.Marshal(ports)
	check(err)
	fmt.Println(string(line))
	select {}
}

func serve(options ...grpc.ServerOption) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := grpc.NewServer(options...)
	pb.RegisterTestServiceServer(server, service{})
	go func() { check(server.Serve(listener)) }()
	return listener.Addr().(*net.TCPAddr).Port
}

func (service) EmptyCall(context.Context, *pb.Empty) (*pb.Empty, error) { return &pb.Empty{}, nil }

// UnaryCall is answered when the client has given it up.
func (service) UnaryCall(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// FullDuplexCall answers each request, and says nothing in between.
func (service) FullDuplexCall(stream grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
	for {
		if _, err := stream.Recv(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.Send(&pb.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
