package archtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A module that uses this one must resolve with newer releases of shared dependencies. Releases of
// google.golang.org/genproto successively remove packages that only alias types of other modules, and go mod tidy of a
// user's module follows the imports of this module's tests, too. The script .ci/outside/run tidies and builds such
// modules, and so finds other causes.
func TestNothingLinksPackagesThatGenprotoRemoves(t *testing.T) {
	const genproto, beamPubSub = "google.golang.org/genproto/", "github.com/apache/beam/sdks/v2/go/pkg/beam/io/pubsubio"
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", "-f", "{{.ImportPath}}\t{{.Dir}}", "./...")
	cmd.Dir = "../../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if path == beamPubSub {
			t.Errorf("a package or a test imports %s: use cmekpipe/io/pubsubio, or put the test into .ci/outside/beam", path)
		}
		if !strings.HasPrefix(path, genproto) {
			continue
		}
		seen++
		if _, err := os.Stat(filepath.Join(dir, "alias.go")); err == nil {
			t.Errorf("a package or a test links %s, which holds only aliases: import what its comments name instead", path)
		}
	}
	if seen == 0 {
		t.Error("got no package of genproto: the pattern in this test is broken")
	}
}
