// The bench's service on grpc-go.
package main

import (
	"context"

	"bowline.bench/gorpc/bench"
	"bowline.bench/gorpc/control"
	"bowline.bench/gorpc/handler"
	"bowline.bench/gorpc/rpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

type server struct {
	rpc.UnimplementedBenchServiceServer
}

func (server) Echo(_ context.Context, request *bench.SmallRequest) (*bench.SmallRequest, error) {
	return request, nil
}

func (server) EchoPayload(_ context.Context, request *rpc.Payload) (*rpc.Payload, error) {
	return request, nil
}

func (server) Ingest(_ context.Context, batch *bench.LogBatch) (*rpc.IngestResponse, error) {
	return handler.Summarise(batch), nil
}

func (server) Download(request *rpc.DownloadRequest, stream grpc.ServerStreamingServer[rpc.DownloadResponse]) error {
	return handler.Download(request.Count, stream.Send)
}

func main() {
	control.AnswerRequests(func(listeners control.Listeners) {
		create := func(options ...grpc.ServerOption) *grpc.Server {
			created := grpc.NewServer(options...)
			rpc.RegisterBenchServiceServer(created, server{})
			return created
		}
		go create().Serve(listeners.Plain)
		go create(grpc.Creds(credentials.NewTLS(listeners.TLS))).Serve(listeners.Secure)
	})
}
