package crosslang_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/expansiontest"
)

func newFetcher(t *testing.T) *crosslang.Fetcher {
	t.Helper()
	return &crosslang.Fetcher{Op: "test", Folder: t.TempDir(), Pace: retry.Policy{Initial: time.Millisecond, Max: time.Millisecond, Attempts: 3}}
}

// contents returns names and contents of artifacts.
func contents(t *testing.T, all []*crosslang.Artifact) (got []string) {
	t.Helper()
	for _, a := range all {
		data, err := os.ReadFile(a.Path)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Name+"="+string(data))
	}
	return got
}

// requireError fails unless an error has a code, names what it is about and gives a hint.
func requireError(t *testing.T, err error, code cmekpipe.Code, resource string) {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != code || e.Op != "test" || e.Hint == "" || e.Resource != resource {
		t.Errorf("got error %v, want code %q about %q with a hint", err, code, resource)
	}
}

func TestEveryFileComesAsItIs(t *testing.T) {
	url := &expansiontest.Artifact{Path: "https://repo/z/b.jar?x", Content: "b", Type: "beam:artifact:type:url:v1"}
	embedded := expansiontest.New("c.txt", "cc")
	embedded.Type = "beam:artifact:type:embedded:v1"
	unnamed := expansiontest.New("d.whl", strings.Repeat("d", 100_000))
	unnamed.Name = ""
	unhashed := expansiontest.New("sub/../e", "")
	unhashed.SHA256 = ""
	windows := expansiontest.New("", "f")
	windows.Path, windows.SHA256 = `C:\jars\f.jar`, strings.ToUpper(windows.SHA256)
	s := expansiontest.Start(t, expansiontest.New("a.jar", "content of a"), url, embedded, unnamed, unhashed, windows)
	f := newFetcher(t)
	f.Unverified = true
	got, err := f.Fetch(t.Context(), s.Address, s.Dependencies())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.jar=content of a", "b.jar?x=b", "c.txt=cc", "d.whl=" + strings.Repeat("d", 100_000), "e=", "f.jar=f"}
	if got := contents(t, got); !slices.Equal(got, want) {
		t.Errorf("got %.300q, want %.300q", got, want)
	}
	if got[0].Info.GetRoleUrn() != "beam:artifact:role:staging_to:v1" {
		t.Errorf("got role %q, want the service's", got[0].Info.GetRoleUrn())
	}
	again, err := f.Fetch(t.Context(), s.Address, s.Dependencies())
	if err != nil {
		t.Fatal(err)
	}
	if got := contents(t, again); !slices.Equal(got, want) {
		t.Errorf("got %.300q of a second environment, want %.300q", got, want)
	}
	if n := s.Calls("a.jar"); n != 1 {
		t.Errorf("got a.jar fetched %d times, want once", n)
	}
}

// Whoever can change the traffic of a connection without TLS chooses what workers run.
func TestAServiceOnAnotherMachineIsRefused(t *testing.T) {
	f := newFetcher(t)
	for _, address := range []string{"expansion.bank.example:8097", "192.0.2.7:8097"} {
		_, err := f.Fetch(t.Context(), address, nil)
		requireError(t, err, cmekpipe.Unsupported, "expansion service "+address)
	}
}

func TestTwoServicesDontShareFiles(t *testing.T) {
	f := newFetcher(t)
	f.Unverified = true
	var got []string
	for _, content := range []string{"one", "two"} {
		a := expansiontest.New("a.jar", content)
		a.SHA256 = "" // so that both say the same of it
		s := expansiontest.Start(t, a)
		all, err := f.Fetch(t.Context(), s.Address, s.Dependencies())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, contents(t, all)...)
	}
	if want := []string{"a.jar=one", "a.jar=two"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilesThatCantBeHad(t *testing.T) {
	unavailable := status.Error(codes.Unavailable, "busy")
	for name, tt := range map[string]struct {
		spoil func(*expansiontest.Artifact)
		code  cmekpipe.Code
		calls int
		about string // of the artifact; "" is its name
	}{
		"cut short":     {func(a *expansiontest.Artifact) { a.Content = a.Content[:7] }, cmekpipe.Corrupted, 1, ""},
		"changed":       {func(a *expansiontest.Artifact) { a.Content = "CONTENT OF A" }, cmekpipe.Corrupted, 1, ""},
		"no hash's":     {func(a *expansiontest.Artifact) { a.SHA256 = "none\n" }, cmekpipe.Corrupted, 1, ""},
		"without hash":  {func(a *expansiontest.Artifact) { a.SHA256 = "" }, cmekpipe.Unsupported, 0, ""},
		"missing":       {func(a *expansiontest.Artifact) { a.Errors = []error{status.Error(codes.NotFound, "gone")} }, cmekpipe.NotFound, 1, ""},
		"breaks off":    {func(a *expansiontest.Artifact) { a.Errors = []error{unavailable, unavailable, unavailable} }, cmekpipe.Unavailable, 3, ""},
		"mends":         {func(a *expansiontest.Artifact) { a.Errors = []error{unavailable, unavailable} }, "", 3, ""},
		"unknown type":  {func(a *expansiontest.Artifact) { a.Type = "beam:artifact:type:maven:v1" }, cmekpipe.Unsupported, 0, "beam:artifact:type:maven:v1"},
		"not resolved":  {func(a *expansiontest.Artifact) { a.Type = expansiontest.Deferred }, cmekpipe.Unsupported, 0, expansiontest.Deferred},
		"without name":  {func(a *expansiontest.Artifact) { a.Name, a.Path = "", "" }, cmekpipe.Unsupported, 0, "beam:artifact:type:file:v1"},
		"name is above": {func(a *expansiontest.Artifact) { a.Name = "../.." }, cmekpipe.Unsupported, 0, "beam:artifact:type:file:v1"},
		"two lines":     {func(a *expansiontest.Artifact) { a.Name = "a\nb" }, cmekpipe.Unsupported, 0, "beam:artifact:type:file:v1"},
	} {
		t.Run(name, func(t *testing.T) {
			a := expansiontest.New("a.jar", "content of a")
			s := expansiontest.Start(t, expansiontest.New("other.jar", "sound"), a)
			tt.spoil(a)
			all, err := newFetcher(t).Fetch(t.Context(), s.Address, s.Dependencies())
			about := tt.about
			if about == "" {
				about = "a.jar"
			}
			switch {
			case tt.code != "":
				requireError(t, err, tt.code, "artifact "+about+" of expansion service "+s.Address)
			case err != nil:
				t.Errorf("got error %v, want none", err)
			case !slices.Contains(contents(t, all), "a.jar=content of a"):
				t.Errorf("got %q, want the whole content", contents(t, all))
			}
			if got := s.Calls("a.jar"); got != tt.calls {
				t.Errorf("got %d calls, want %d", got, tt.calls)
			}
		})
	}
}

func TestAServiceThatIsGoneIsNamed(t *testing.T) {
	_, err := newFetcher(t).Fetch(t.Context(), "127.0.0.1:1", []*pipepb.ArtifactInformation{expansiontest.New("a", "a").Info()})
	requireError(t, err, cmekpipe.Unavailable, "expansion service 127.0.0.1:1")
}

func TestAnEndedContextStaysItself(t *testing.T) {
	s := expansiontest.Start(t, expansiontest.New("a", "a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newFetcher(t).Fetch(ctx, s.Address, s.Dependencies()); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}

func TestFilesOnThisMachine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "1-a.jar")
	if err := os.WriteFile(path, []byte("content of a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		spoil func(*expansiontest.Artifact)
		code  cmekpipe.Code
		about string
	}{
		"sound":     {func(*expansiontest.Artifact) {}, "", ""},
		"no hash":   {func(a *expansiontest.Artifact) { a.SHA256 = "" }, "", ""},
		"changed":   {func(a *expansiontest.Artifact) { a.SHA256 = strings.Repeat("0", 64) }, cmekpipe.Corrupted, "a.jar"},
		"missing":   {func(a *expansiontest.Artifact) { a.Path += "x" }, cmekpipe.NotFound, "a.jar"},
		"a folder":  {func(a *expansiontest.Artifact) { a.Path = filepath.Dir(path) }, cmekpipe.PermissionDenied, "a.jar"},
		"a URL":     {func(a *expansiontest.Artifact) { a.Type = "beam:artifact:type:url:v1" }, cmekpipe.Unsupported, "a.jar"},
		"of a kind": {func(a *expansiontest.Artifact) { a.Type = "pypi" }, cmekpipe.Unsupported, "pypi"},
	} {
		t.Run(name, func(t *testing.T) {
			a := expansiontest.New("a.jar", "content of a")
			a.Path = path
			tt.spoil(a)
			all, err := newFetcher(t).Local([]*pipepb.ArtifactInformation{a.Info()})
			if tt.code != "" {
				requireError(t, err, tt.code, "artifact "+tt.about+" of this machine")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := contents(t, all); !slices.Equal(got, []string{"a.jar=content of a"}) {
				t.Errorf("got %q, want the file", got)
			}
		})
	}
}
