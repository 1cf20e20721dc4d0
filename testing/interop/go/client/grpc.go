package main

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type grpcAdapter struct {
	connection *grpc.ClientConn
	client     pb.TestServiceClient
}

func openGrpc(r run) (adapter, error) {
	transport := insecure.NewCredentials()
	target := strings.TrimPrefix(r.URL, "http://")
	if r.CA != "" {
		target = strings.TrimPrefix(r.URL, "https://")
		file, err := credentials.NewClientTLSFromFile(r.CA, "")
		if err != nil {
			return nil, err
		}
		transport = file
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(transport)}
	if r.Gzip {
		options = append(options, grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)))
	}
	connection, err := grpc.NewClient(target, options...)
	return &grpcAdapter{connection, pb.NewTestServiceClient(connection)}, err
}

func (a *grpcAdapter) empty(ctx context.Context, path string) error {
	return a.connection.Invoke(ctx, path, &pb.Empty{}, &pb.Empty{})
}

func (a *grpcAdapter) unary(ctx context.Context, request *pb.SimpleRequest, headers map[string]string) (*answer, error) {
	var header, trailer metadata.MD
	response, err := a.client.UnaryCall(with(ctx, headers), request, grpc.Header(&header), grpc.Trailer(&trailer))
	return &answer{response, valueOf(&header), valueOf(&trailer)}, err
}

func (a *grpcAdapter) serverStream(ctx context.Context, request *pb.StreamingOutputCallRequest, headers map[string]string) (receiver, error) {
	stream, err := a.client.StreamingOutputCall(with(ctx, headers), request)
	return grpcReceiver{stream}, err
}

func (a *grpcAdapter) clientStream(ctx context.Context, sizes []int) (int32, error) {
	stream, err := a.client.StreamingInputCall(ctx)
	if err != nil {
		return 0, err
	}
	for _, size := range sizes {
		if err := stream.Send(&pb.StreamingInputCallRequest{Payload: zeros(size)}); err != nil {
			return 0, err
		}
	}
	response, err := stream.CloseAndRecv()
	return response.GetAggregatedPayloadSize(), err
}

func (a *grpcAdapter) bidi(ctx context.Context, headers map[string]string) (duplex, error) {
	stream, err := a.client.FullDuplexCall(with(ctx, headers))
	return grpcDuplex{grpcReceiver{stream}, stream}, err
}

func (a *grpcAdapter) failure(err error) failure {
	failed, ok := status.FromError(err)
	if !ok {
		panic(err)
	}
	result := failure{code: int(failed.Code()), text: failed.Message()}
	for _, detail := range failed.Details() {
		result.details = append(result.details, describe(detail))
	}
	return result
}

func with(ctx context.Context, headers map[string]string) context.Context {
	for name, value := range headers {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value)
	}
	return ctx
}

func valueOf(values *metadata.MD) func(string) string {
	return func(name string) string { return strings.Join(values.Get(name), ", ") }
}

type grpcReceiver struct {
	stream interface{ Recv() (*out, error) }
}

func (r grpcReceiver) receive() (*out, error) { return r.stream.Recv() }

type grpcDuplex struct {
	grpcReceiver
	stream grpc.BidiStreamingClient[pb.StreamingOutputCallRequest, out]
}

func (d grpcDuplex) send(request *pb.StreamingOutputCallRequest) error { return d.stream.Send(request) }
func (d grpcDuplex) closeSend() error                                  { return d.stream.CloseSend() }
