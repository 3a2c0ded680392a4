package cmekpipe_test

import (
	"errors"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Parts of errors that a reader could take for one another.
var trickyErrors = []struct{ op, resource, cause, hint string }{
	{"textio.WriteSharded", "gs://bank-out/a", "googleapi: Error 403: denied", "grant it"},
	{"", "", "storage.objects.create: denied", ""},
	{"", "temp_location", "got it", "say: gs://B/O"},
	{"launch.Run", "", `"gs://b/o": object gone`, "x"},
	{"launch.Run", "", `open "a": "b": gone`, ""},
	{"", "a", `"b": gone`, ""},
	{"two words", "a", "b", "c"},
	{"word", "", "b: c", ""},
	{`"quoted"`, `"quoted"`, `"quoted"`, `"quoted"`},
	{"a.B", "gs://b/a: b; hint: c", "d; hint: e", "f; hint: g"},
	{"a.B", "r", "d; hint: e", ""},
	{"a.B", "r\nr\x00\"", "c\n\tcaused by:\n\tx", "h\nh"},
	{"a.B", "r", "", ""},
	{"", "", "", "h"},
	{"", "", `"": x`, " blank around "},
	{"a.B", "cmekpipe[internal] x.Y: z", "cmekpipe[internal] x.Y: \"z\": w; hint: v", "cmekpipe[internal] x"},
	{"a.B", "r\xff", "c\xff", "h\xff"},
	{"a.B: ", ": ", ": ", ": "},
	{"a.B", "", `"never closed: x`, `"never closed`},
}

func TestFindErrorReadsBackWhatErrorWrites(t *testing.T) {
	for _, tt := range trickyErrors {
		checkFound(t, &cmekpipe.Error{
			Op: tt.op, Code: cmekpipe.KeyDenied, Resource: tt.resource, Hint: tt.hint, Err: errors.New(tt.cause)})
	}
	for _, code := range cmekpipe.Codes() {
		checkFound(t, &cmekpipe.Error{Op: "a.B", Code: code})
	}
}

func TestFindErrorReadsTheOuterOfNestedErrors(t *testing.T) {
	inner := &cmekpipe.Error{Op: "in.Ner", Code: cmekpipe.KeyDenied, Resource: "gs://b/o", Hint: "inner hint"}
	checkFound(t, &cmekpipe.Error{Op: "out.Er", Code: cmekpipe.JobFailed, Err: inner})
	checkFound(t, &cmekpipe.Error{Op: "out.Er", Code: cmekpipe.JobFailed, Hint: "outer hint", Err: inner})
}

func TestFindErrorFindsNone(t *testing.T) {
	for _, text := range []string{
		"", "workflow failed", "cmekpipe[", "cmekpipe[]", "cmekpipe[] x", "cmekpipe[key-denied", "cmekpipe[key-denied]x",
		"cmekpipe[no-such-code] a.B: x", "CMEKPIPE[key-denied] a.B: x", (&cmekpipe.Error{}).Error(),
	} {
		if got, ok := cmekpipe.FindError(text); ok {
			t.Errorf("FindError(%q): got %v, want none", text, got)
		}
	}
}

func TestFindErrorPassesOverMarksThatStartNone(t *testing.T) {
	got, ok := cmekpipe.FindError(`cmekpipe[no-such-code] x; cmekpipe[key-denied] a.B: "r": c`)
	if !ok || got.Op != "a.B" || got.Code != cmekpipe.KeyDenied || got.Resource != "r" {
		t.Errorf("got %#v, want the error behind the unknown code", got)
	}
}

func FuzzFindErrorReadsBackWhatErrorWrites(f *testing.F) {
	for _, tt := range trickyErrors {
		f.Add(tt.op, tt.resource, tt.cause, tt.hint)
	}
	f.Fuzz(func(t *testing.T, op, resource, cause, hint string) {
		checkFound(t, &cmekpipe.Error{
			Op: op, Code: cmekpipe.KeyDenied, Resource: resource, Hint: hint, Err: errors.New(cause)})
	})
}

func FuzzFindErrorAcceptsAnyText(f *testing.F) {
	for _, tt := range trickyErrors {
		f.Add(runnerText(errors.New(tt.resource)))
		f.Add(`cmekpipe[key-denied] ` + tt.op + ": " + tt.resource + tt.hint)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, ok := cmekpipe.FindError(text); ok {
			checkFound(t, e)
		}
	})
}
