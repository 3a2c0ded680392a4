package cmektest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// RequireEncrypted fails t unless every object, job and other piece of data that ever came to rest in the cloud did so
// under one of the keys, in whatever version. It prints those that did not, one a line: kind, name, size, and what it
// rests under. What was deleted meanwhile counts too, since a temporary object without a key is a leak for as long as
// it lives. A bucket, dataset or instance holds no data by itself and doesn't count: whether its default key helps
// shows in what is made inside.
// RequireEncrypted also fails when there is nothing to look at, which proves nothing.
func (c *Cloud) RequireEncrypted(t testing.TB, keys ...cmekpipe.KeyName) {
	t.Helper()
	if len(keys) == 0 || slices.ContainsFunc(keys, func(k cmekpipe.KeyName) bool { return !k.Valid() }) {
		t.Errorf("cmektest.RequireEncrypted: got keys %q, want one or more that name a key", keys)
		return
	}
	resting := c.atRest()
	if len(resting) == 0 {
		t.Errorf("cmektest.RequireEncrypted: there never was an object or job, so that nothing is proved")
		return
	}
	bare := slices.DeleteFunc(slices.Clone(resting), func(e emulator.Entry) bool {
		return slices.Contains(keys, e.ProtectedBy())
	})
	if len(bare) == 0 {
		return
	}
	lines := make([]string, len(bare))
	for i, e := range bare {
		lines[i] = "\n\t" + describe(e)
	}
	t.Errorf("cmektest.RequireEncrypted: %d of %d resources do not rest under %s:%s",
		len(bare), len(resting), join(keys), strings.Join(lines, ""))
}

// atRest returns what is data or was. Keys and mere containers are neither.
func (c *Cloud) atRest() []emulator.Entry {
	containers := []string{"bucket", "dataset", "instance"}
	return slices.DeleteFunc(c.Ledger(), func(e emulator.Entry) bool {
		return e.Service == string(emulator.KMS) || slices.Contains(containers, e.Kind)
	})
}

func describe(e emulator.Entry) string {
	size := ""
	if e.Kind == "object" {
		size = fmt.Sprintf(" (%d bytes)", e.Size)
	}
	if !e.Deleted.IsZero() {
		size += " (deleted since)"
	}
	under := "no customer-managed key"
	if key := e.ProtectedBy(); key.Valid() {
		under = key.String()
	}
	return e.Kind + " " + e.Name + size + " rests under " + under
}

func join(keys []cmekpipe.KeyName) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.String()
	}
	return strings.Join(names, " or ")
}
