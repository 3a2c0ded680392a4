package fileio_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/exampletest"
)

func init() { register.Function2x1(printFile) }

func printFile(ctx context.Context, file fileio.ReadableFile) error {
	text, err := file.ReadString(ctx)
	fmt.Printf("%s: %q\n", file.Metadata.Path, text)
	return err
}

// Each object is read as itself, whatever its name holds.
func Example() {
	exampletest.Run(func(t testing.TB) {
		cloud := cmektest.NewCloud(t)
		cloud.CreateBucket("bank-records", "us-central1", cloud.CreateKey("us-central1", "records"))
		cloud.WriteObject("gs://bank-records/in/monday.csv", []byte("1,Ada"))
		cloud.WriteObject("gs://bank-records/in/what?.csv", []byte("2,Grace"))
		cloud.WriteObject("gs://bank-records/in/notes.txt", []byte("no match"))

		p, s := beam.NewPipelineWithRoot()
		files := fileio.ReadMatches(s, fileio.MatchFiles(s, "gs://bank-records/in/*.csv"))
		beam.ParDo0(s, printFile, files)
		if _, err := beam.Run(t.Context(), "prism", p); err != nil {
			t.Fatal(err)
		}
	})
	// Unordered output:
	// gs://bank-records/in/monday.csv: "1,Ada"
	// gs://bank-records/in/what%3F.csv: "2,Grace"
}
