package launch

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a step may take before it is worth a line.
const patience = 2 * time.Second

// progress tells a person what takes so long. It only ever writes names of resources, sizes and durations.
type progress struct {
	mu sync.Mutex
	w  io.Writer
}

func newProgress(w io.Writer) *progress {
	if w == nil {
		w = io.Discard
	}
	return &progress{w: w}
}

// say writes a line at once.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "cmekpipe: "+format+"\n", args...)
}

// step announces what is being done if it isn't done soon. The returned function ends the step.
func (p *progress) step(what string) (done func()) {
	start := time.Now()
	timer := time.AfterFunc(patience, func() { p.say("%s …", what) })
	return func() {
		if !timer.Stop() {
			p.say("%s: done after %s", what, time.Since(start).Round(time.Second))
		}
	}
}

// transfer is a step of a known size. The returned functions tell how far it is, and end it.
func (p *progress) transfer(what string, size int64) (sent func(int64), done func()) {
	last := time.Now()
	sent = func(n int64) {
		if time.Since(last) >= patience {
			last = time.Now()
			p.say("%s: %d%% of %d bytes", what, n*100/max(size, 1), size)
		}
	}
	return sent, p.step(what)
}
