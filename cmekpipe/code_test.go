package cmekpipe_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestCodesListsEveryConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var want []cmekpipe.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, cmekpipe.Code(text))
		}
		return true
	})
	if len(want) == 0 {
		t.Fatal("got no constants in code.go, want some")
	}
	if diff := cmp.Diff(want, cmekpipe.Codes()); diff != "" {
		t.Errorf("constants and Codes differ (-constants +Codes):\n%s", diff)
	}
}

// Logs and alerts depend on the texts, so this list grows and never changes.
func TestCodesAreFrozen(t *testing.T) {
	want := []cmekpipe.Code{
		"invalid-name", "invalid-options", "location-mismatch", "key-missing", "key-mismatch", "key-not-found",
		"key-disabled", "key-denied", "key-unusable", "unprotected", "emulator-set", "permission-denied", "not-found",
		"already-exists", "precondition-failed", "unavailable", "corrupted", "job-failed", "unsupported", "internal",
	}
	got := cmekpipe.Codes()
	if len(got) < len(want) {
		t.Fatalf("got %d codes, want %d or more", len(got), len(want))
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("codes changed (-want +got):\n%s", diff)
	}
}

func TestCodeIsReadableAsAnError(t *testing.T) {
	if got, want := cmekpipe.KeyDisabled.Error(), "key disabled"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := make(map[cmekpipe.Code]bool)
	for _, c := range cmekpipe.Codes() {
		if !form.MatchString(string(c)) || seen[c] {
			t.Errorf("got code %q, want lower-case words with hyphens, once", c)
		}
		seen[c] = true
	}
}
