package keyedgcs_test

import (
	"errors"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// The deletion took effect, its answer was lost, and the retry finds no object.
func TestRemoveSucceedsIfItsAnswerWasLost(t *testing.T) {
	w := newWorld(t)
	temp := w.temps(t, 1)[0]
	w.Inject(emulator.Fault{Method: "storage.objects.delete", Call: 1, Reset: true})
	if err := w.store.Remove(t.Context(), temp.Object, temp.Generation); err != nil {
		t.Errorf("got %v after a lost answer, want none", err)
	}
	if err := w.store.Remove(t.Context(), temp.Object, temp.Generation); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("got %v for an object that is gone, want %v", err, cmekpipe.NotFound)
	}
}
