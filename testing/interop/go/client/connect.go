package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"connectrpc.com/connect"
	"golang.org/x/net/http2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	pb "google.golang.org/grpc/interop/grpc_testing"
)

type connectAdapter struct {
	http    *http.Client
	url     string
	options []connect.ClientOption
}

func openConnect(r run) (adapter, error) {
	client, err := httpClient(r)
	var options []connect.ClientOption
	switch r.Protocol {
	case "grpc":
		options = append(options, connect.WithGRPC())
	case "grpc-web":
		options = append(options, connect.WithGRPCWeb())
	}
	if r.Gzip {
		options = append(options, connect.WithSendGzip())
	}
	if r.Codec == "json" {
		options = append(options, connect.WithProtoJSON())
	}
	return &connectAdapter{client, r.URL, options}, err
}

func httpClient(r run) (*http.Client, error) {
	config := &tls.Config{}
	if r.CA != "" {
		pem, err := os.ReadFile(r.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	if r.HTTP == "1.1" {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}, nil
	}
	transport := &http2.Transport{TLSClientConfig: config}
	if r.CA == "" {
		transport.AllowHTTP = true
		transport.DialTLSContext = func(ctx context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
	}
	return &http.Client{Transport: transport}, nil
}

func (a *connectAdapter) empty(ctx context.Context, path string) error {
	client := connect.NewClient[pb.Empty, pb.Empty](a.http, a.url+path, a.options...)
	_, err := client.CallUnary(ctx, connect.NewRequest(&pb.Empty{}))
	return err
}

func (a *connectAdapter) unary(ctx context.Context, message *pb.SimpleRequest, headers map[string]string) (*answer, error) {
	client := connect.NewClient[pb.SimpleRequest, pb.SimpleResponse](a.http, a.url+testService+"UnaryCall", a.options...)
	request := connect.NewRequest(message)
	setHeaders(request.Header(), headers)
	response, err := client.CallUnary(ctx, request)
	if err != nil {
		return nil, err
	}
	return &answer{response.Msg, getter(response.Header()), getter(response.Trailer())}, nil
}

func (a *connectAdapter) serverStream(ctx context.Context, message *pb.StreamingOutputCallRequest, headers map[string]string) (receiver, error) {
	client := connect.NewClient[pb.StreamingOutputCallRequest, out](a.http, a.url+testService+"StreamingOutputCall", a.options...)
	request := connect.NewRequest(message)
	setHeaders(request.Header(), headers)
	stream, err := client.CallServerStream(ctx, request)
	return connectServerStream{stream}, err
}

func (a *connectAdapter) clientStream(ctx context.Context, sizes []int) (int32, error) {
	client := connect.NewClient[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse](a.http, a.url+testService+"StreamingInputCall", a.options...)
	stream := client.CallClientStream(ctx)
	for _, size := range sizes {
		if err := stream.Send(&pb.StreamingInputCallRequest{Payload: zeros(size)}); err != nil {
			return 0, err
		}
	}
	response, err := stream.CloseAndReceive()
	if err != nil {
		return 0, err
	}
	return response.Msg.AggregatedPayloadSize, nil
}

func (a *connectAdapter) bidi(ctx context.Context, headers map[string]string) (duplex, error) {
	client := connect.NewClient[pb.StreamingOutputCallRequest, out](a.http, a.url+testService+"FullDuplexCall", a.options...)
	stream := client.CallBidiStream(ctx)
	setHeaders(stream.RequestHeader(), headers)
	return connectDuplex{stream}, nil
}

func (a *connectAdapter) failure(err error) failure {
	var failed *connect.Error
	if !errors.As(err, &failed) {
		panic(err)
	}
	result := failure{code: int(failed.Code()), text: failed.Message()}
	for _, detail := range failed.Details() {
		if value, err := detail.Value(); err == nil {
			result.details = append(result.details, describe(value))
		}
	}
	return result
}

func describe(detail any) string {
	info, ok := detail.(*errdetails.ErrorInfo)
	if !ok {
		return fmt.Sprintf("%T", detail)
	}
	return fmt.Sprint(info.Reason, " ", info.Domain, " ", info.Metadata)
}

func setHeaders(header http.Header, values map[string]string) {
	for name, value := range values {
		if strings.HasSuffix(name, "-bin") {
			value = connect.EncodeBinaryHeader([]byte(value))
		}
		header.Set(name, value)
	}
}

func getter(header http.Header) func(string) string {
	return func(name string) string {
		value := header.Get(name)
		if strings.HasSuffix(name, "-bin") {
			decoded, err := connect.DecodeBinaryHeader(value)
			check(err)
			return string(decoded)
		}
		return value
	}
}

type connectServerStream struct {
	stream *connect.ServerStreamForClient[out]
}

func (s connectServerStream) receive() (*out, error) {
	if s.stream.Receive() {
		return s.stream.Msg(), nil
	}
	if err := s.stream.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

type connectDuplex struct {
	stream *connect.BidiStreamForClient[pb.StreamingOutputCallRequest, out]
}

func (d connectDuplex) receive() (*out, error) { return d.stream.Receive() }
func (d connectDuplex) send(request *pb.StreamingOutputCallRequest) error {
	return d.stream.Send(request)
}
func (d connectDuplex) closeSend() error { return d.stream.CloseRequest() }
