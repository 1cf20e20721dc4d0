package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/keepalive"
)

// The server of these cases permits a client without calls a PING in 50 ms, and one with calls a PING in 10 s, and takes
// two that are too early.
const (
	permitted    = 60 * time.Millisecond
	answeredSoon = time.Second
	tooMany      = "too_many_pings"
)

func init() {
	cases["pings_too_often"] = pingsTooOften
	cases["pings_permitted"] = pingsPermitted
	cases["pings_behind_answers"] = pingsBehindAnswers
	cases["pings_too_often_beside_calls"] = pingsTooOftenBesideCalls
	cases["keepalive_parameters"] = keepaliveParameters
}

// pingsTooOften asks in a row with a call open, each time behind the answer to the time before.
func pingsTooOften(ctx context.Context, a adapter) {
	peer := dialFramer(ctx, a)
	defer peer.conn.Close()
	peer.openCall()
	for i := 0; i < 3; i++ {
		peer.ping(uint64(i))
	}
	check(peer.WritePing(false, [8]byte{9}))
	frame := peer.next(http2.FrameGoAway).(*http2.GoAwayFrame)
	same(frame.ErrCode, http2.ErrCodeEnhanceYourCalm)
	same(string(frame.DebugData()), tooMany)
	_, err := peer.ReadFrame()
	same(err, io.EOF)
}

func pingsPermitted(ctx context.Context, a adapter) {
	peer := dialFramer(ctx, a)
	defer peer.conn.Close()
	for i := 0; i < 10; i++ {
		peer.ping(uint64(i))
		time.Sleep(permitted)
	}
}

// pingsBehindAnswers asks once after each call, as grpc-go's estimate of the bandwidth does.
func pingsBehindAnswers(ctx context.Context, a adapter) {
	for i := 0; i < 50; i++ {
		check(a.empty(ctx, testService+"EmptyCall"))
		a.(*pinging).current().ping()
	}
	same(a.(*pinging).count(), 1)
}

func pingsTooOftenBesideCalls(ctx context.Context, a adapter) {
	stream, err := a.bidi(ctx, nil)
	check(err)
	exchangeOne(stream)
	before := a.(*pinging).count()
	conn := a.(*pinging).current()
	answered := 0
	for conn.tryPing() {
		answered++
	}
	// The first two may be told of less: behind the answer of the call one is free.
	if answered < 3 || answered > 4 {
		panic(fmt.Sprintf("%d PINGs were answered", answered))
	}
	same(conn.goaway(), "ENHANCE_YOUR_CALM "+tooMany)
	_, err = stream.receive()
	failed := fails(a, err)
	same(failed.code, 14)
	if !strings.Contains(failed.text, tooMany) {
		panic(failed.text)
	}
	for i := 0; i < 10; i++ {
		check(a.empty(ctx, testService+"EmptyCall"))
	}
	same(a.(*pinging).count(), before+1)
}

// keepaliveParameters lets grpc-go's own keepalive ask, as often as it is able to: its least time is 10 s.
func keepaliveParameters(ctx context.Context, a adapter) {
	own := &pinging{address: a.(*pinging).address}
	check(own.open(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: answeredSoon}))
	stream, err := own.bidi(ctx, nil)
	check(err)
	exchangeOne(stream)
	// Behind the PING that estimates the bandwidth.
	time.Sleep(answeredSoon)
	conn := own.current()
	took := conn.ownPing(ctx)
	if took > answeredSoon {
		panic(fmt.Sprintf("the answer took %v", took))
	}
	exchangeOne(stream)
	same(own.count(), 1)
}

func exchangeOne(stream duplex) {
	check(stream.send(&pb.StreamingOutputCallRequest{ResponseParameters: []*pb.ResponseParameters{{Size: 7}}}))
	response, err := stream.receive()
	check(err)
	same(len(response.Payload.Body), 7)
}

// framer is a client of x/net's frames.
type framer struct {
	*http2.Framer
	conn net.Conn
}

func dialFramer(ctx context.Context, a adapter) framer {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.(*pinging).address)
	check(err)
	deadline, _ := ctx.Deadline()
	check(conn.SetDeadline(deadline))
	_, err = io.WriteString(conn, http2.ClientPreface)
	check(err)
	peer := framer{http2.NewFramer(conn, conn), conn}
	check(peer.WriteSettings())
	return peer
}

func (f framer) openCall() {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", testService + "FullDuplexCall"},
		{":authority", "localhost"}, {"content-type", "application/grpc"}, {"te", "trailers"},
	} {
		check(encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	check(f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
}

// ping asks, and waits for the answer, which has to have the same payload and to come soon.
func (f framer) ping(number uint64) {
	var data [8]byte
	binary.BigEndian.PutUint64(data[:], number)
	since := time.Now()
	check(f.WritePing(false, data))
	answer := f.next(http2.FramePing).(*http2.PingFrame)
	same(answer.IsAck(), true)
	same(answer.Data, data)
	if took := time.Since(since); took > answeredSoon {
		panic(fmt.Sprintf("the answer took %v", took))
	}
}

// next is the next frame of a type; only SETTINGS may come before it.
func (f framer) next(wanted http2.FrameType) http2.Frame {
	for {
		frame, err := f.ReadFrame()
		check(err)
		if frame.Header().Type == wanted {
			return frame
		}
		same(frame.Header().Type, http2.FrameSettings)
	}
}

// pinging is a client of grpc-go whose connections can be made to ask more often than grpc-go is able to.
type pinging struct {
	grpcAdapter
	address string
	mutex   sync.Mutex
	conns   []*pingConn
}

func openPinging(r run) (adapter, error) {
	a := &pinging{address: strings.TrimPrefix(r.URL, "http://")}
	return a, a.open(keepalive.ClientParameters{})
}

func (a *pinging) open(parameters keepalive.ClientParameters) error {
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(a.dial),
	}
	if parameters.Time > 0 {
		options = append(options, grpc.WithKeepaliveParams(parameters))
	}
	connection, err := grpc.NewClient("passthrough:///"+a.address, options...)
	a.grpcAdapter = grpcAdapter{connection, pb.NewTestServiceClient(connection)}
	return err
}

func (a *pinging) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	wrapped := newPingConn(conn)
	a.conns = append(a.conns, wrapped)
	return wrapped, nil
}

// count is how often it has connected.
func (a *pinging) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.conns)
}

func (a *pinging) current() *pingConn {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.conns[len(a.conns)-1]
}
