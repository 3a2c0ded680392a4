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

func TestReadmeShowsCodeByLine20(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(readme), "\n") {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "    go ") {
			if i >= 20 {
				t.Errorf("first code block on line %d, want it by line 20", i+1)
			}
			return
		}
	}
	t.Error("got no code block")
}
