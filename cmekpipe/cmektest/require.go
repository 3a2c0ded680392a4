package cmektest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// RequireEncrypted fails t unless every piece of data that was ever created in the cloud, such as an object, table or
// job, is encrypted with a version of one of the keys. It prints kind, name, size and key of the others, one a line.
// Deleted data counts too, because a temporary object without a key is a leak while it exists. Buckets, datasets and
// instances have no data of their own and don't count: their default key shows in what is created inside.
//
// RequireEncrypted also fails if the cloud has no data, because the test would prove nothing. With several keys it
// accepts each of them for all data; use [Cloud.RequireEncryptedByName] to check which key encrypts what.
func (c *Cloud) RequireEncrypted(t testing.TB, keys ...cmekpipe.KeyName) {
	t.Helper()
	if len(keys) == 0 || slices.ContainsFunc(keys, func(k cmekpipe.KeyName) bool { return !k.Valid() }) {
		t.Errorf("cmektest.RequireEncrypted: got keys %q, want one or more valid key names", keys)
		return
	}
	data := c.data()
	if len(data) == 0 {
		t.Errorf("cmektest.RequireEncrypted: got no object, job or other data in the cloud, so that nothing is proved")
		return
	}
	var lines strings.Builder
	wrong := 0
	for _, e := range data {
		if !slices.Contains(keys, e.ProtectedBy()) {
			wrong++
			lines.WriteString("\n\t" + describe(e))
		}
	}
	if wrong > 0 {
		t.Errorf("cmektest.RequireEncrypted: %d of %d resources are not encrypted with %s:%s", wrong, len(data), join(keys), &lines)
	}
}

// RequireEncryptedByName fails t unless every piece of data is encrypted with the key for its name, which finds swapped
// keys. Keys maps prefixes of resource names, as in the ledger, to keys:
//
//	cloud.RequireEncryptedByName(t, map[string]cmekpipe.KeyName{
//		"gs://bank-archive/":  archiveKey,
//		"bank-prod.ledger.":   ledgerKey,
//		"projects/bank-prod/": jobsKey,
//	})
//
// The longest matching prefix applies. Data without a matching prefix fails t, and so does a prefix that matches no
// data. What counts as data is the same as in [Cloud.RequireEncrypted].
func (c *Cloud) RequireEncryptedByName(t testing.TB, keys map[string]cmekpipe.KeyName) {
	t.Helper()
	unused, ok := maps.Clone(keys), len(keys) > 0
	for _, key := range keys {
		ok = ok && key.Valid()
	}
	if !ok {
		t.Errorf("cmektest.RequireEncryptedByName: got keys %q, want one or more prefixes, each with a valid key name", keys)
		return
	}
	var lines strings.Builder
	data, wrong := c.data(), 0
	for _, e := range data {
		prefix, found := longestPrefix(keys, e.Name)
		delete(unused, prefix)
		switch {
		case !found:
			lines.WriteString("\n\t" + describe(e) + ", and no prefix matches its name")
		case e.ProtectedBy() != keys[prefix]:
			lines.WriteString("\n\t" + describe(e) + ", want " + keys[prefix].String())
		default:
			continue
		}
		wrong++
	}
	if wrong > 0 {
		t.Errorf("cmektest.RequireEncryptedByName: %d of %d resources are not encrypted with the key of their name:%s",
			wrong, len(data), &lines)
	}
	for _, prefix := range slices.Sorted(maps.Keys(unused)) {
		t.Errorf("cmektest.RequireEncryptedByName: got no data whose name begins with %q, so that nothing is proved there", prefix)
	}
}

func longestPrefix(keys map[string]cmekpipe.KeyName, name string) (longest string, found bool) {
	for prefix := range keys {
		if strings.HasPrefix(name, prefix) && (!found || len(prefix) > len(longest)) {
			longest, found = prefix, true
		}
	}
	return longest, found
}

// data returns the entries of the ledger for data, deleted data included. Keys and containers are not data.
func (c *Cloud) data() []emulator.Entry {
	containers := []emulator.Kind{emulator.KindBucket, emulator.KindDataset, emulator.KindInstance}
	return slices.DeleteFunc(c.Ledger(), func(e emulator.Entry) bool {
		return e.IsKMSResource() || slices.Contains(containers, e.Kind)
	})
}

func describe(e emulator.Entry) string {
	what := string(e.Kind) + " " + e.Name
	if e.Kind == emulator.KindObject {
		what += fmt.Sprintf(" (%d bytes)", e.Size)
	}
	if !e.Deleted.IsZero() {
		what += " (deleted since)"
	}
	if key := e.ProtectedBy(); key.Valid() {
		return what + " is encrypted with " + key.String()
	}
	return what + " is encrypted with no customer-managed key"
}

func join(keys []cmekpipe.KeyName) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.String()
	}
	return strings.Join(names, " or ")
}
