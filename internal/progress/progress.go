// Package progress prints a line about each slow step of a launch for the user.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// threshold is how long a step may take before a line is printed, and the time between two lines about a transfer.
const threshold = 2 * time.Second

// Progress prints lines to a writer. Callers pass only names of resources, sizes, durations and what Dataflow itself
// reports about a job. It is safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	brief bool
}

// NewBrief returns a Progress for logs, which prints to w only the lines of [Progress.Say].
func NewBrief(w io.Writer) *Progress {
	p := New(w)
	p.brief = true
	return p
}

// New returns a Progress that prints to w. With a nil w it prints nothing.
func New(w io.Writer) *Progress {
	if w == nil {
		w = io.Discard
	}
	return &Progress{w: w}
}

// Say prints a line.
func (p *Progress) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "cmekpipe: "+format+"\n", args...)
}

// Detail prints a line, unless the Progress is brief.
func (p *Progress) Detail(format string, args ...any) {
	if !p.brief {
		p.Say(format, args...)
	}
}

// Step prints a line if the step lasts longer than two seconds, and another one when it ends. Callers must call done.
func (p *Progress) Step(what string) (done func()) {
	start := time.Now()
	timer := time.AfterFunc(threshold, func() { p.Detail("%s …", what) })
	return func() {
		if !timer.Stop() {
			p.Detail("%s: done after %s", what, time.Since(start).Round(time.Second))
		}
	}
}

// Transfer is [Progress.Step] for a step of a known size. Callers report the number of bytes sent so far with sent.
func (p *Progress) Transfer(what string, size int64) (sent func(int64), done func()) {
	last := time.Now()
	sent = func(n int64) {
		if time.Since(last) >= threshold {
			last = time.Now()
			p.Detail("%s: %d%% of %d bytes", what, n*100/max(size, 1), size)
		}
	}
	return sent, p.Step(what)
}
