package fileio_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
)

func init() { register.Function2x1(printFile) }

func printFile(ctx context.Context, file fileio.ReadableFile) error {
	text, err := file.ReadString(ctx)
	fmt.Printf("%s: %q\n", filepath.Base(file.Metadata.Path), text)
	return err
}

// newFolder returns a new local folder with three files.
func newFolder() string {
	dir, err := os.MkdirTemp("", "fileio")
	if err != nil {
		panic(err)
	}
	for name, text := range map[string]string{"monday.csv": "1,Ada", "tuesday.csv": "2,Grace", "notes.txt": "no match"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
	return dir
}

// Patterns name objects, such as "gs://bank-records/in/*.csv", or local files.
func ExampleMatchFiles() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	files := fileio.ReadMatches(s, fileio.MatchFiles(s, filepath.Join(dir, "*.csv")))
	beam.ParDo0(s, printFile, files)

	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	// Unordered output:
	// monday.csv: "1,Ada"
	// tuesday.csv: "2,Grace"
}

func ExampleMatchAll() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	patterns := beam.Create(s, filepath.Join(dir, "mon*"), filepath.Join(dir, "sunday.csv"))
	files := fileio.MatchAll(s, patterns, fileio.MatchEmptyAllow())
	beam.ParDo0(s, printFile, fileio.ReadMatches(s, files))

	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Output: monday.csv: "1,Ada"
}

// Files that are not compressed, whatever their names are.
func ExampleReadMatches() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	files := fileio.MatchFiles(s, filepath.Join(dir, "notes.*"))
	beam.ParDo0(s, printFile, fileio.ReadMatches(s, files, fileio.ReadUncompressed()))

	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Output: notes.txt: "no match"
}

// A streaming pipeline that polls for new files.
func ExampleMatchContinuously() {
	p, s := beam.NewPipelineWithRoot()
	files := fileio.MatchContinuously(s, "gs://bank-records/in/*.csv", time.Minute, fileio.MatchApplyWindow())
	beam.ParDo0(s, printFile, fileio.ReadMatches(s, files))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}
