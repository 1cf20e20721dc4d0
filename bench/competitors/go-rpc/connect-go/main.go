// The bench's service on connect-go, over net/http: every protocol on one port.
package main

import (
	"context"
	"net/http"

	"bowline.bench/gorpc/bench"
	"bowline.bench/gorpc/control"
	"bowline.bench/gorpc/handler"
	"bowline.bench/gorpc/rpc"
	"bowline.bench/gorpc/rpc/rpcconnect"
	"connectrpc.com/connect"
)

type server struct {
	rpcconnect.UnimplementedBenchServiceHandler
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

func (server) Download(_ context.Context, request *rpc.DownloadRequest, stream *connect.ServerStream[rpc.DownloadResponse]) error {
	return handler.Download(request.Count, stream.Send)
}

func main() {
	control.AnswerRequests(func(listeners control.Listeners) {
		mux := http.NewServeMux()
		mux.Handle(rpcconnect.NewBenchServiceHandler(server{}))
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		protocols.SetHTTP2(true)
		protocols.SetUnencryptedHTTP2(true)
		serving := &http.Server{Handler: mux, Protocols: protocols, TLSConfig: listeners.TLS}
		go serving.Serve(listeners.Plain)
		go serving.ServeTLS(listeners.Secure, "", "")
	})
}
