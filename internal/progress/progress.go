// Package progress tells a person what takes so long.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a step may take before it is worth a line.
const patience = 2 * time.Second

// Progress is where the lines go. It only ever writes names of resources, sizes, durations and
// what Dataflow itself says of a job.
type Progress struct {
	mu sync.Mutex
	w  io.Writer
}

// New returns a Progress that writes to w; a nil w takes nothing.
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

// Step announces what is being done if it isn't done soon. The returned function ends the step.
func (p *Progress) Step(what string) (done func()) {
	start := time.Now()
	timer := time.AfterFunc(patience, func() { p.Say("%s …", what) })
	return func() {
		if !timer.Stop() {
			p.Say("%s: done after %s", what, time.Since(start).Round(time.Second))
		}
	}
}

// Transfer is a step of a known size. The returned functions tell how far it is, and end it.
func (p *Progress) Transfer(what string, size int64) (sent func(int64), done func()) {
	last := time.Now()
	sent = func(n int64) {
		if time.Since(last) >= patience {
			last = time.Now()
			p.Say("%s: %d%% of %d bytes", what, n*100/max(size, 1), size)
		}
	}
	return sent, p.Step(what)
}
