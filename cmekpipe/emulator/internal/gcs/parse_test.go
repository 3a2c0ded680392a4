package gcs_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
)

func FuzzObjectPath(f *testing.F) {
	for _, name := range []string{"a", "a/b", "/", "//", "a b", "?#%", "%2F", "ü", ".", "..", "compose", "o/acl", "\x00", "\xff", "rewriteTo/b/c/o/d"} {
		f.Add("bucket", name)
	}
	f.Fuzz(func(t *testing.T, bucket, object string) {
		if bucket == "" || object == "" {
			return
		}
		b, o := url.PathEscape(bucket), url.PathEscape(object)
		for path, want := range map[string]string{
			"/storage/v1/b/" + b + "/o/" + o:                        "object",
			"/storage/v1/b/" + b + "/o/" + o + "/compose":           "compose",
			"/storage/v1/b/" + b + "/o/" + o + "/restore":           "restore",
			"/storage/v1/b/" + b + "/o/" + o + "/rewriteTo/b/x/o/y": "rewrite",
			"/storage/v1/b/" + b + "/o/" + o + "/copyTo/b/x/o/y":    "copy",
			"/storage/v1/b/" + b + "/o/" + o + "/moveTo/o/y":        "move",
			"/download/storage/v1/b/" + b + "/o/" + o:               "media",
		} {
			kind, gotBucket, gotObject := gcs.ParsePath(path).Parts()
			if kind != want || gotBucket != bucket || gotObject != object {
				t.Errorf("%s: got %q, %q, %q, want %q, %q, %q", path, kind, gotBucket, gotObject, want, bucket, object)
			}
		}
		gcs.ParsePath(object) // must not panic, whatever it is
		if strings.HasPrefix(b, "storage") || strings.HasPrefix(b, "download") || strings.HasPrefix(b, "upload") || strings.HasPrefix(b, "resumable") {
			return
		}
		if kind, gotBucket, gotObject := gcs.ParsePath("/" + b + "/" + o).Parts(); kind != "XML media" || gotBucket != bucket || gotObject != object {
			t.Errorf("XML: got %q, %q, %q, want %q, %q", kind, gotBucket, gotObject, bucket, object)
		}
	})
}

// ranges maps Range headers to the requested part of 10 bytes.
func ranges() map[string]struct {
	from, to             int64
	partial, satisfiable bool
} {
	type r = struct {
		from, to             int64
		partial, satisfiable bool
	}
	return map[string]r{
		"": {0, 10, false, true}, "bytes=0-": {0, 10, true, true}, "bytes=0-0": {0, 1, true, true}, "bytes=9-": {9, 10, true, true},
		"bytes=2-5": {2, 6, true, true}, "bytes=2-99": {2, 10, true, true}, "bytes=-3": {7, 10, true, true}, "bytes=-99": {0, 10, true, true},
		"bytes=10-": {10, 10, true, false}, "bytes=10-11": {10, 10, true, false}, "bytes=-0": {10, 10, true, false},
		"bytes=5-2": {0, 10, false, true}, "bytes=a-b": {0, 10, false, true}, "bytes=-": {0, 10, false, true}, "items=0-1": {0, 10, false, true},
		"bytes=0-1,3-4": {0, 10, false, true}, "bytes=+1-2": {0, 10, false, true}, "bytes=99999999999999999999-": {0, 10, false, true},
	}
}

func TestParseRange(t *testing.T) {
	for header, want := range ranges() {
		from, to, partial, satisfiable := gcs.ParseRange(header, 10)
		if partial != want.partial || satisfiable != want.satisfiable || satisfiable && (from != want.from || to != want.to) {
			t.Errorf("%q: got [%d, %d), partial %t, satisfiable %t, want %+v", header, from, to, partial, satisfiable, want)
		}
	}
}

func FuzzRange(f *testing.F) {
	for header := range ranges() {
		f.Add(header, int64(10))
		f.Add(header, int64(0))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		from, to, partial, satisfiable := gcs.ParseRange(header, size)
		if satisfiable && (from < 0 || from > to || to > size || partial && from == to) {
			t.Errorf("%q of %d: got [%d, %d)", header, size, from, to)
		}
		if !partial && (from != 0 || to != size || !satisfiable) {
			t.Errorf("%q of %d: got [%d, %d), want all", header, size, from, to)
		}
	})
}

func FuzzContentRange(f *testing.F) {
	for _, header := range []string{"", "bytes */*", "bytes */10", "bytes 0-9/10", "bytes 0-9/*", "bytes 9-0/*", "bytes", "x"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		first, last, _, err := gcs.ParseContentRange(header)
		if err == nil && header != "" && first > last {
			t.Errorf("%q: got %d-%d", header, first, last)
		}
	})
}

// globs lists for each pattern the names that it matches and those that it doesn't.
func globs() map[string][2]string {
	return map[string][2]string{
		"a*": {"a ab abc", "a/b b"}, "a**": {"a a/b", "b"}, "a?": {"ab", "a abc a/"}, "[a-c]x": {"ax bx", "dx x"}, "[!a]x": {"bx", "ax"},
		"{a,bc}d": {"ad bcd", "bd abcd"}, `\*`: {"*", "a"}, "a.b": {"a.b", "axb"}, "**/x.{c,h}": {"a/x.c a/b/x.h", "x.c a/x.d"}, "[": {"[", "a"},
		"a,b": {"a,b", "a"}, "}": {"}", "a"}, "(a|b)": {"(a|b)", "a"}, "[.]x": {".x", "ax"},
	}
}

func TestGlobs(t *testing.T) {
	for glob, want := range globs() {
		match, err := gcs.CompileGlob(glob)
		if err != nil {
			t.Errorf("%q: %v", glob, err)
			continue
		}
		for i, names := range want {
			for _, name := range strings.Fields(names) {
				if got := match(name); got != (i == 0) {
					t.Errorf("%q matches %q: got %t", glob, name, got)
				}
			}
		}
	}
}

func FuzzGlob(f *testing.F) {
	for glob := range globs() {
		f.Add(glob)
	}
	f.Fuzz(func(t *testing.T, glob string) {
		match, err := gcs.CompileGlob(glob)
		if err == nil && glob != "" && !strings.ContainsAny(glob, `*?[]{}\,`) && strings.ToValidUTF8(glob, "") == glob && !match(glob) {
			t.Errorf("%q does not match itself", glob)
		}
	})
}

func TestFieldSelection(t *testing.T) {
	answer := map[string]any{"a": 1.0, "b": map[string]any{"c": "x", "d": "y"}, "e": []any{map[string]any{"f": 1.0, "g": 2.0}}}
	for fields, want := range map[string]any{
		"a": map[string]any{"a": 1.0}, "b/c": map[string]any{"b": map[string]any{"c": "x"}}, "z": map[string]any{},
		"b(c,d)": map[string]any{"b": answer["b"]}, "*": answer, "b": map[string]any{"b": answer["b"]},
		"e(f)": map[string]any{"e": []any{map[string]any{"f": 1.0}}}, "a,e/g": map[string]any{"a": 1.0, "e": []any{map[string]any{"g": 2.0}}},
	} {
		if got, err := gcs.SelectFields(fields, answer); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want %v", fields, got, err, want)
		}
	}
	for _, fields := range []string{"", ",", "a,", "a(", "a()", "a)b", "a/", "/a", "a(b))"} {
		if got, err := gcs.SelectFields(fields, answer); err == nil {
			t.Errorf("%q: got %v, want an error", fields, got)
		}
	}
}
