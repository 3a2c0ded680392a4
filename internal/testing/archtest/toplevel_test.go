package archtest_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTopLevel(t *testing.T) {
	want := []string{"LICENSE", "README.md", "cmekpipe", "doc.go", "examples", "go.mod", "go.sum", "internal", "testdata"}
	entries, err := os.ReadDir("../../..")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			got = append(got, e.Name())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("top level: got %q, want %q", got, want)
	}
}
