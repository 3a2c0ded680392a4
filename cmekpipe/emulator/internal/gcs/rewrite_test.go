package gcs_test

import (
	"errors"
	"strconv"
	"testing"

	"cloud.google.com/go/storage"
	raw "google.golang.org/api/storage/v1"
)

const mib = 1 << 20

func TestBigRewriteTakesSeveralCalls(t *testing.T) {
	data := noise(5*mib + 1)
	for name, tc := range map[string]struct {
		limit int64 // limit of the server
		asked int64 // limit of the call
		calls int
	}{
		"one call":               {1 << 30, 0, 1},
		"the server's limit":     {2 * mib, 0, 3},
		"the call's limit":       {1 << 30, mib, 6},
		"the smaller one counts": {2 * mib, 4 * mib, 3},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.server.BytesPerRewrite = tc.limit
			source := mustWrite(t, c.object("keyed", "from"), data, func(w *storage.Writer) { w.ContentType = "text/x" })
			call := c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).DestinationKmsKeyName(otherKey)
			if tc.asked > 0 {
				call.MaxBytesRewrittenPerCall(tc.asked)
			}
			calls, last := 0, int64(0)
			for done := false; !done; calls++ {
				wantNoObject(t, c.object("plain", "to"))
				r, err := call.Do()
				if err != nil {
					t.Fatal(err)
				}
				if r.ObjectSize != int64(len(data)) || r.TotalBytesRewritten <= last || r.Done == (r.RewriteToken != "") {
					t.Errorf("got %+v after %d bytes", r, last)
				}
				last, done = r.TotalBytesRewritten, r.Done
				call.RewriteToken(r.RewriteToken)
			}
			if calls != tc.calls || last != int64(len(data)) {
				t.Errorf("got %d calls for %d bytes, want %d", calls, last, tc.calls)
			}
			wantData(t, c.object("plain", "to"), data)
			a, err := c.object("plain", "to").Attrs(t.Context())
			if err != nil || a.KMSKeyName != otherKey+version1 || a.CRC32C != source.CRC32C || a.ContentType != "text/x" {
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
}

func TestGooglesCopierCopiesToTheEnd(t *testing.T) {
	c := newCloud(t)
	c.server.BytesPerRewrite = mib
	data := noise(3 * mib)
	mustWrite(t, c.object("plain", "from"), data, nil)
	copier := c.object("plain", "to").CopierFrom(c.object("plain", "from"))
	copier.DestinationKMSKeyName = key
	copier.ContentType, copier.Metadata = "text/y", map[string]string{"a": "b"}
	var seen []uint64
	copier.ProgressFunc = func(copied, _ uint64) { seen = append(seen, copied) }
	a, err := copier.Run(t.Context())
	if err != nil || a.KMSKeyName != key+version1 || a.ContentType != "text/y" || a.Metadata["a"] != "b" {
		t.Errorf("got %+v, %v", a, err)
	}
	if len(seen) != 3 {
		t.Errorf("got progress %v, want three steps", seen)
	}
	wantData(t, c.object("plain", "to"), data)
}

func TestRewriteChecksBothKeysInEveryCall(t *testing.T) {
	for _, lost := range []string{key, otherKey} {
		c := newCloud(t)
		c.server.BytesPerRewrite = mib
		mustWrite(t, c.object("keyed", "from"), noise(3*mib), nil)
		call := c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).DestinationKmsKeyName(otherKey)
		r, err := call.Do()
		if err != nil {
			t.Fatal(err)
		}
		c.keys.set(lost, 1, "DISABLED")
		_, err = call.RewriteToken(r.RewriteToken).Do()
		wantError(t, err, 400, "cloudKmsDisabledKey")
		c.keys.set(lost, 1, "")
		if r, err = call.RewriteToken(r.RewriteToken).Do(); err != nil {
			t.Fatal(err)
		}
		c.keys.set(lost, 1, "DESTROYED")
		_, err = call.RewriteToken(r.RewriteToken).Do()
		wantError(t, err, 400, "cloudKmsDisabledKey")
		wantNoObject(t, c.object("plain", "to"))
	}
}

func TestRewriteTokenBelongsToOneRewrite(t *testing.T) {
	c := newCloud(t)
	c.server.BytesPerRewrite = mib
	mustWrite(t, c.object("keyed", "from"), noise(3*mib), nil)
	r, err := c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).Do()
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]*raw.ObjectsRewriteCall{
		"unknown":        c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).RewriteToken("x"),
		"other name":     c.raw.Objects.Rewrite("keyed", "from", "plain", "to2", &raw.Object{}).RewriteToken(r.RewriteToken),
		"other key":      c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).RewriteToken(r.RewriteToken).DestinationKmsKeyName(key),
		"odd limit":      c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).MaxBytesRewrittenPerCall(mib + 1),
		"no limit":       c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).MaxBytesRewrittenPerCall(0),
		"bad generation": c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).SourceGeneration(0),
	} {
		_, err := call.Do()
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		wantError(t, err, 400, "invalid")
	}
	// The source is overwritten during the rewrite, which must not mix two generations.
	mustWrite(t, c.object("keyed", "from"), noise(3*mib+5), nil)
	_, err = c.raw.Objects.Rewrite("keyed", "from", "plain", "to", &raw.Object{}).RewriteToken(r.RewriteToken).Do()
	wantError(t, err, 404, "notFound")
	wantNoObject(t, c.object("plain", "to"))
}

func TestRewriteChangesTheKeyInPlace(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	first := mustWrite(t, o, "data", nil)
	c.keys.rotate(key)
	again, err := o.CopierFrom(o).Run(t.Context())
	if err != nil || again.KMSKeyName != key+"/cryptoKeyVersions/2" || again.Generation <= first.Generation {
		t.Fatalf("got %+v, %v, want the version that is primary now", again, err)
	}
	c.keys.set(key, 1, "DESTROYED")
	wantData(t, o, "data")
	moved, err := c.object("plain", "o").CopierFrom(o).Run(t.Context())
	if err != nil || moved.KMSKeyName != "" {
		t.Errorf("got key %q, %v, want none: the source's key doesn't matter", moved.KMSKeyName, err)
	}
}

func TestRewriteOfMissingThings(t *testing.T) {
	c := newCloud(t)
	generation := mustWrite(t, c.object("plain", "o"), "data", nil).Generation
	for _, from := range []*storage.ObjectHandle{c.object("plain", "none"), c.object("none", "o"), c.object("plain", "o").Generation(generation + 1)} {
		if _, err := c.object("plain", "to").CopierFrom(from).Run(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
			t.Errorf("from %s/%s: got %v, want ErrObjectNotExist", from.BucketName(), from.ObjectName(), err)
		}
	}
	_, err := c.object("none", "to").CopierFrom(c.object("plain", "o")).Run(t.Context())
	wantStatus(t, err, 404)
}

func TestCompose(t *testing.T) {
	c := newCloud(t)
	var parts []*storage.ObjectHandle
	want := ""
	for i := range 32 {
		part, data := c.object("keyed", "part"+strconv.Itoa(i)), noise(i*1000)
		mustWrite(t, part, data, nil)
		parts, want = append(parts, part), want+data
	}
	composer := c.object("keyed", "all").ComposerFrom(parts...)
	composer.ContentType = "text/x"
	a, err := composer.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.KMSKeyName != key+version1 || len(a.MD5) != 0 || a.ComponentCount != 32 || a.ContentType != "text/x" || a.Size != int64(len(want)) {
		t.Errorf("got %+v", a)
	}
	wantData(t, c.object("keyed", "all"), want) // compares the checksum too
	a, err = c.object("keyed", "all").ComposerFrom(c.object("keyed", "all"), parts[1]).Run(t.Context())
	if err != nil || a.ComponentCount != 33 {
		t.Fatalf("got %+v, %v", a, err)
	}
	wantData(t, c.object("keyed", "all"), want+noise(1000))
}

func TestComposeDeletesItsSourcesIfAsked(t *testing.T) {
	c := newCloud(t)
	for _, name := range []string{"a", "b"} {
		mustWrite(t, c.object("keyed", name), name, nil)
	}
	composer := c.object("keyed", "ab").ComposerFrom(c.object("keyed", "a"), c.object("keyed", "b"))
	composer.DeleteSourceObjects = true
	if _, err := composer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantData(t, c.object("keyed", "ab"), "ab")
	if got := names(t, c, "keyed", nil); got != "ab" {
		t.Errorf("got %q, want the sources gone", got)
	}
}

func TestBadComposeCreatesNothing(t *testing.T) {
	c := newCloud(t)
	generation := mustWrite(t, c.object("keyed", "a"), "a", nil).Generation
	to, a := c.object("keyed", "to"), c.object("keyed", "a")
	_, err := to.ComposerFrom(a, c.object("keyed", "none")).Run(t.Context())
	wantStatus(t, err, 404)
	_, err = to.ComposerFrom(a, a.If(storage.Conditions{GenerationMatch: generation + 1})).Run(t.Context())
	wantError(t, err, 412, "conditionNotMet")
	_, err = to.ComposerFrom(a.Generation(generation + 1)).Run(t.Context())
	wantStatus(t, err, 404)
	composer := to.ComposerFrom(a)
	composer.SendCRC32C, composer.CRC32C = true, 1
	_, err = composer.Run(t.Context())
	wantError(t, err, 400, "invalid")
	many := make([]*raw.ComposeRequestSourceObjects, 33)
	for i := range many {
		many[i] = &raw.ComposeRequestSourceObjects{Name: "a"}
	}
	for _, sources := range [][]*raw.ComposeRequestSourceObjects{nil, many} {
		_, err = c.raw.Objects.Compose("keyed", "to", &raw.ComposeRequest{SourceObjects: sources}).Do()
		wantError(t, err, 400, "invalid")
	}
	wantNoObject(t, to)
	ok, err := to.ComposerFrom(a.If(storage.Conditions{GenerationMatch: generation}), a.Generation(generation)).Run(t.Context())
	if err != nil || ok.Size != 2 {
		t.Errorf("got %v, %v", ok, err)
	}
}
