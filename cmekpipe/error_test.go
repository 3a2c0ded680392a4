package cmekpipe_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestErrorText(t *testing.T) {
	cause := errors.New("googleapi: Error 403: denied")
	for _, tt := range []struct {
		name string
		err  cmekpipe.Error
		want string
	}{
		{"everything", cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyDenied, Resource: "gs://b/o", Hint: "grant it", Err: cause},
			`cmekpipe[key-denied] textio.Write: "gs://b/o": googleapi: Error 403: denied; hint: grant it`},
		{"no cause", cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyDenied, Resource: "gs://b/o"},
			`cmekpipe[key-denied] textio.Write: "gs://b/o": key denied`},
		{"no operation", cmekpipe.Error{Code: cmekpipe.InvalidName, Resource: "zone", Err: cause},
			`cmekpipe[invalid-name] "zone": googleapi: Error 403: denied`},
		{"no resource", cmekpipe.Error{Op: "launch.Run", Code: cmekpipe.JobFailed, Err: cause},
			`cmekpipe[job-failed] launch.Run: googleapi: Error 403: denied`},
		{"cause only", cmekpipe.Error{Code: cmekpipe.Internal, Err: cause}, `cmekpipe[internal] googleapi: Error 403: denied`},
		{"code only", cmekpipe.Error{Code: cmekpipe.Internal}, `cmekpipe[internal] internal`},
		{"line breaks", cmekpipe.Error{Op: "a.B", Code: cmekpipe.Internal, Resource: "x\ny", Err: errors.New("one\r\ntwo\x1b[0m\u0085\u202e")},
			`cmekpipe[internal] a.B: "x\ny": one  two [0m  `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestErrorIsItsCodeAndItsCause(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("outer: %w", &cmekpipe.Error{Code: cmekpipe.KeyDisabled, Err: cause})
	for _, target := range []error{cmekpipe.KeyDisabled, cause} {
		if !errors.Is(err, target) {
			t.Errorf("errors.Is(%v, %v): got false, want true", err, target)
		}
	}
	if errors.Is(err, cmekpipe.KeyDenied) {
		t.Error("errors.Is: got true for another code, want false")
	}
	if !errors.Is(&cmekpipe.Error{Code: cmekpipe.KeyDisabled}, cmekpipe.KeyDisabled) {
		t.Error("errors.Is: got false without a cause, want true")
	}
}

func TestCodeOf(t *testing.T) {
	denied := &cmekpipe.Error{Code: cmekpipe.KeyDenied}
	for _, tt := range []struct {
		name string
		err  error
		want cmekpipe.Code
	}{
		{"nil", nil, ""},
		{"another's error", errors.New("x"), ""},
		{"wrapped", fmt.Errorf("x: %w", denied), cmekpipe.KeyDenied},
		{"outermost of two", &cmekpipe.Error{Code: cmekpipe.JobFailed, Err: denied}, cmekpipe.JobFailed},
		{"cancelled", &cmekpipe.Error{Code: cmekpipe.Unavailable, Err: context.Canceled}, ""},
		{"timed out", &cmekpipe.Error{Code: cmekpipe.Unavailable, Err: fmt.Errorf("x: %w", context.DeadlineExceeded)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := cmekpipe.CodeOf(tt.err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
