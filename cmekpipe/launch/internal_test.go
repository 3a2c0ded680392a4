package launch

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyWhatTakesLongIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		p := newProgress(&said)
		p.step("a quick thing")()
		done := p.step("a slow thing")
		time.Sleep(3 * time.Second)
		done()
		synctest.Wait()
		if got, want := said.String(), "cmekpipe: a slow thing …\ncmekpipe: a slow thing: done after 3s\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestATransferTellsHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		sent, done := newProgress(&said).transfer("uploading", 200)
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

func TestQuestionsComeFurtherAndFurtherApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, p := time.Now(), defaultPace()
		var at []time.Duration
		for n := range 6 {
			if err := p.wait(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Since(start))
		}
		want := []time.Duration{1, 3, 7, 15, 30, 45}
		for i := range want {
			if at[i] != want[i]*time.Second {
				t.Errorf("question %d after %v, want %v s", i, at[i], int(want[i]))
			}
		}
	})
}

func TestTempLocationNeverTravels(t *testing.T) {
	if travels("temp_location", false) || travels("mine", true) || !travels("mine", false) {
		t.Error("want the program's own options to travel, and neither flags nor temp_location")
	}
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
