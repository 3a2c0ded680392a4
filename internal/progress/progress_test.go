package progress_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

func TestOnlySlowStepsAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		p := progress.New(&said)
		p.Step("a quick thing")()
		done := p.Step("a slow thing")
		time.Sleep(3 * time.Second)
		done()
		synctest.Wait()
		if got, want := said.String(), "cmekpipe: a slow thing …\ncmekpipe: a slow thing: done after 3s\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestATransferReportsItsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		sent, done := progress.New(&said).Transfer("uploading", 200)
		sent(50)
		time.Sleep(4 * time.Second)
		sent(100)
		sent(150)
		done()
		synctest.Wait()
		if got, want := said.String(), "uploading: 50% of 200 bytes"; !strings.Contains(got, want) || strings.Contains(got, "75%") {
			t.Errorf("got %q, want %q and nothing right after", got, want)
		}
	})
}

type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestABriefProgressOmitsDetailsAndSlowSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		p := progress.NewBrief(&said)
		p.Detail("a detail")
		done := p.Step("a slow thing")
		time.Sleep(3 * time.Second)
		done()
		p.Say("job %s is %s", "j", "JOB_STATE_DONE")
		synctest.Wait()
		if got, want := said.String(), "cmekpipe: job j is JOB_STATE_DONE\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
