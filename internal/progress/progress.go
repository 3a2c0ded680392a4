// Package progress reports what a launch does and which of its steps are slow.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a step may take before it is worth a line.
const patience = 2 * time.Second

// Progress writes lines for a person. It only ever writes names of resources, sizes, durations and
// what Dataflow itself says of a job.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	brief bool
}

// NewBrief returns a Progress that writes to w what is said, without details and slow steps: for logs.
func NewBrief(w io.Writer) *Progress {
	p := New(w)
	p.brief = true
	return p
}

// New returns a Progress that writes to w; a nil w discards everything.
func New(w io.Writer) *Progress {
	if w == nil {
		w = io.Discard
	}
	return &Progress{w: w}
}

// Say writes a line at once.
func (p *Progress) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "cmekpipe: "+format+"\n", args...)
}

// Detail writes a line at once, unless the Progress is brief.
func (p *Progress) Detail(format string, args ...any) {
	if !p.brief {
		p.Say(format, args...)
	}
}

// Step announces what is being done if it isn't done soon. The returned function ends the step.
func (p *Progress) Step(what string) (done func()) {
	start := time.Now()
	timer := time.AfterFunc(patience, func() { p.Detail("%s …", what) })
	return func() {
		if !timer.Stop() {
			p.Detail("%s: done after %s", what, time.Since(start).Round(time.Second))
		}
	}
}

// Transfer is a step of a known size. The returned functions tell how far it is, and end it.
func (p *Progress) Transfer(what string, size int64) (sent func(int64), done func()) {
	last := time.Now()
	sent = func(n int64) {
		if time.Since(last) >= patience {
			last = time.Now()
			p.Detail("%s: %d%% of %d bytes", what, n*100/max(size, 1), size)
		}
	}
	return sent, p.Step(what)
}
