package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

const (
	frameHeaderBytes = 9
	ackFlag          = 1
)

var mark = [8]byte{'i', 'n', 't', 'e', 'r', 'o', 'p', '!'}

// pingConn is a connection whose PING and GOAWAY frames are seen, and to which PINGs can be added.
type pingConn struct {
	net.Conn
	mutex    sync.Mutex
	out      scanner
	in       scanner
	answers  chan struct{}
	ended    chan struct{}
	end      string
	own      chan time.Time
	ownAcks  chan time.Time
	lastOwn  [8]byte
	isClosed bool
}

func newPingConn(conn net.Conn) *pingConn {
	c := &pingConn{
		Conn:    conn,
		answers: make(chan struct{}, 1_000),
		ended:   make(chan struct{}),
		own:     make(chan time.Time, 1_000),
		ownAcks: make(chan time.Time, 1_000),
	}
	c.out = scanner{skip: len(http2.ClientPreface), found: c.sent}
	c.in = scanner{found: c.received}
	return c
}

func (c *pingConn) Write(data []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.out.feed(data)
	return c.Conn.Write(data)
}

func (c *pingConn) Read(data []byte) (int, error) {
	count, err := c.Conn.Read(data)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.in.feed(data[:count])
	if err != nil && !c.isClosed {
		c.isClosed = true
		close(c.ended)
	}
	return count, err
}

func (c *pingConn) sent(kind http2.FrameType, flags byte, payload []byte) {
	if kind == http2.FramePing && flags&ackFlag == 0 {
		copy(c.lastOwn[:], payload)
		c.own <- time.Now()
	}
}

func (c *pingConn) received(kind http2.FrameType, flags byte, payload []byte) {
	switch {
	case kind == http2.FrameGoAway:
		c.end = http2.ErrCode(binary.BigEndian.Uint32(payload[4:])).String() + " " + string(payload[8:])
	case kind == http2.FramePing && flags&ackFlag != 0 && bytes.Equal(payload, mark[:]):
		c.answers <- struct{}{}
	case kind == http2.FramePing && flags&ackFlag != 0 && bytes.Equal(payload, c.lastOwn[:]):
		c.ownAcks <- time.Now()
	}
}

// ping adds a PING and waits for its answer.
func (c *pingConn) ping() {
	same(c.tryPing(), true)
}

// tryPing says whether there was an answer, and not the end.
func (c *pingConn) tryPing() bool {
	frame := append([]byte{0, 0, 8, byte(http2.FramePing), 0, 0, 0, 0, 0}, mark[:]...)
	for !c.between(frame) {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-c.answers:
		return true
	case <-c.ended:
		return false
	case <-time.After(answeredSoon):
		panic("a PING was not answered")
	}
}

// between writes a frame, if none is under way. What cannot be written is seen by reading.
func (c *pingConn) between(frame []byte) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.out.isBetween() {
		return false
	}
	_, _ = c.Conn.Write(frame)
	return true
}

// goaway is the code and the text of the GOAWAY that came last.
func (c *pingConn) goaway() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.end
}

// ownPing waits for the next PING of grpc-go itself, and says how long its answer took.
func (c *pingConn) ownPing(ctx context.Context) time.Duration {
	for len(c.own) > 0 {
		<-c.own
	}
	for len(c.ownAcks) > 0 {
		<-c.ownAcks
	}
	select {
	case asked := <-c.own:
		select {
		case answered := <-c.ownAcks:
			return answered.Sub(asked)
		case <-ctx.Done():
			panic("its PING was not answered")
		}
	case <-ctx.Done():
		panic("it did not ask")
	}
}

// scanner finds the frames in the bytes of one direction.
type scanner struct {
	skip    int
	pending []byte
	found   func(kind http2.FrameType, flags byte, payload []byte)
}

func (s *scanner) feed(data []byte) {
	skipped := min(s.skip, len(data))
	s.skip -= skipped
	s.pending = append(s.pending, data[skipped:]...)
	for len(s.pending) >= frameHeaderBytes {
		end := frameHeaderBytes + int(s.pending[0])<<16 + int(s.pending[1])<<8 + int(s.pending[2])
		if len(s.pending) < end {
			return
		}
		s.found(http2.FrameType(s.pending[3]), s.pending[4], s.pending[frameHeaderBytes:end])
		s.pending = s.pending[end:]
	}
}

func (s *scanner) isBetween() bool { return s.skip == 0 && len(s.pending) == 0 }
