package archtest_test

import (
	"os"
	"strings"
	"testing"
)

// The test in the README must be the one that .ci/outside/run compiles and runs in a separate module.
func TestReadmeTestIsTheTestThatCIRuns(t *testing.T) {
	readme := readMarkdown(t, "../../../README.md")
	run, err := os.ReadFile("../../../.ci/outside/user/readme/pipeline_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(readme, "```go\n"+string(run)+"```\n") {
		t.Error("README.md has another unit test than .ci/outside/user/readme/pipeline_test.go, want the same text")
	}
}

func TestReadmeShowsCodeByLine20(t *testing.T) {
	for i, line := range strings.Split(readMarkdown(t, "../../../README.md"), "\n") {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "    go ") {
			if i >= 20 {
				t.Errorf("first code block on line %d, want it by line 20", i+1)
			}
			return
		}
	}
	t.Error("got no code block")
}
