package input_test

import (
	"errors"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
)

func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"", "gs://", "gs://b/*", "gs:/b", "GS://b", " gs://b", "gs://b/*\xfc", "file:///a", "s3://b", "://", "\xff", "a/*"} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		err := input.Check("test.Read", pattern)
		if e, ok := errors.AsType[*cmekpipe.Error](err); err != nil && (!ok || e.Op != "test.Read" || e.Hint == "") {
			t.Errorf("Check(%q) = %v, want a typed error with a hint", pattern, err)
		}
	})
}
