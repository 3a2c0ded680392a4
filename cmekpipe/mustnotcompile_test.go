package cmekpipe_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The programs are written to folders that exist only in the compiler's overlay, next to the cases.
const programs = "testdata/mustnotcompile"

// mistake is one edit of the good program, and what the compiler must say about it.
type mistake struct {
	source string
	wants  []string
}

// TestMistakesDoNotCompile compiles every case and checks the messages: a case that fails for another
// reason than its own would prove nothing, so each error must be one that the case names.
func TestMistakesDoNotCompile(t *testing.T) {
	good, mistakes := readMistakes(t)
	messages := compile(t, good, mistakes)
	if got := messages["program"]; got != "" {
		t.Errorf("the program without a mistake: got %s\nwant no message", got)
	}
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			message := messages[name]
			for _, want := range m.wants {
				if !strings.Contains(message, want) {
					t.Errorf("got message\n%s\nwant %q in it", message, want)
				}
			}
			for _, one := range splitErrors(message) {
				if !slices.ContainsFunc(m.wants, func(want string) bool { return strings.Contains(one, want) }) {
					t.Errorf("got an error that the case does not name:\n%s", one)
				}
			}
		})
	}
}

func readMistakes(t *testing.T) (good string, mistakes map[string]mistake) {
	t.Helper()
	text, err := os.ReadFile(programs + "/program.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(programs + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d cases and %v, want some", len(files), err)
	}
	mistakes = make(map[string]mistake)
	for _, file := range files {
		mistakes[strings.TrimSuffix(filepath.Base(file), ".txtar")] = readMistake(t, string(text), file)
	}
	return string(text), mistakes
}

func readMistake(t *testing.T, good, file string) mistake {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) != 2 || archive.Files[0].Name != "cut" || archive.Files[1].Name != "put" {
		t.Fatalf("%s: got other sections, want cut and put", file)
	}
	cut := strings.TrimSuffix(string(archive.Files[0].Data), "\n")
	if n := strings.Count(good, cut); n != 1 {
		t.Fatalf("%s: got %d places to cut, want one", file, n)
	}
	m := mistake{source: strings.Replace(good, cut, strings.TrimSuffix(string(archive.Files[1].Data), "\n"), 1)}
	for line := range strings.Lines(string(archive.Comment)) {
		if want, ok := strings.CutPrefix(strings.TrimSpace(line), "want: "); ok {
			m.wants = append(m.wants, want)
		}
	}
	if len(m.wants) == 0 {
		t.Fatalf("%s: got no wanted message, want one", file)
	}
	return m
}

// compile builds every program in one go and returns what the compiler says about each.
func compile(t *testing.T, good string, mistakes map[string]mistake) map[string]string {
	t.Helper()
	sources := map[string]string{"program": good}
	for name, m := range mistakes {
		sources[name] = m.source
	}
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	args := []string{"build", "-overlay", filepath.Join(t.TempDir(), "overlay.json")}
	for name, source := range sources {
		real := writeFile(t, filepath.Join(t.TempDir(), "program.go"), []byte(source))
		seen, err := filepath.Abs(filepath.Join(programs, name, "program.go"))
		if err != nil {
			t.Fatal(err)
		}
		overlay.Replace[seen] = real
		args = append(args, "./"+path.Join(programs, name))
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, args[2], text)
	out, err := exec.Command("go", args...).CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		t.Fatalf("go build: got %v, want it to fail on the programs\n%s", err, out)
	}
	return splitPackages(string(out), slices.Collect(maps.Keys(sources)))
}

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// splitPackages splits the output of go build at the lines "# path/of/package".
func splitPackages(output string, names []string) map[string]string {
	messages := make(map[string]string)
	name := ""
	for line := range strings.Lines(output) {
		if pkg, ok := strings.CutPrefix(line, "# "); ok {
			name = path.Base(strings.TrimSpace(pkg))
			continue
		}
		messages[name] += line
	}
	for name := range messages {
		if !slices.Contains(names, name) {
			messages["program"] += messages[name] // The compiler speaks of something else: the good program fails too.
		}
	}
	return messages
}

// splitErrors splits the compiler's message at the lines that start with a position.
func splitErrors(message string) []string {
	starts := regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: `).FindAllStringIndex(message, -1)
	var all []string
	for i, at := range starts {
		end := len(message)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		all = append(all, message[at[0]:end])
	}
	return all
}
