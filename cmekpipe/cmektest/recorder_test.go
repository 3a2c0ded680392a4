package cmektest_test

import (
	"strings"
	"testing"
)

// wantFailure checks for one failure that contains a text.
func wantFailure(t *testing.T, r *recorder, text string) {
	t.Helper()
	if len(r.failed) != 1 || !strings.Contains(r.failed[0], text) {
		t.Errorf("got failures %q, want one with %q", r.failed, text)
	}
}
