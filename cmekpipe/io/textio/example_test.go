package textio_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func init() {
	register.Function1x0(printLine)
	register.Function2x0(printNamedLine)
}

func printLine(line string) { fmt.Println(line) }

func printNamedLine(name, line string) { fmt.Println(filepath.Base(name)+":", line) }

// newFolder returns a new local folder with two files.
func newFolder() string {
	dir, err := os.MkdirTemp("", "textio")
	if err != nil {
		panic(err)
	}
	for name, text := range map[string]string{"monday.txt": "1,Ada\n", "tuesday.txt": "2,Grace\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
	return dir
}

// startCloud starts a loopback cloud with a key and a bucket without a default key.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod", emulator.Storage),
		cloud.CreateBucket(ctx, "bank-prod", "bank-records", "us-central1", cmekpipe.KeyName{}))
	if err != nil {
		panic(err)
	}
	return cloud
}

// printFiles prints the objects, the keys that encrypt them and their lines.
func printFiles(cloud *emulator.Cloud) {
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindObject && e.Deleted.IsZero() {
			text, err := cloud.ReadObject(context.Background(), e.Name)
			if err != nil {
				panic(err)
			}
			fmt.Printf("%s %s\n%s", e.Name, e.ProtectedBy().ID(), text)
		}
	}
}

// Patterns name objects, such as "gs://bank-records/in/*.txt", or local files. With MatchEmptyDisallow a misspelt pattern
// fails the job.
func ExampleRead() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	lines := textio.Read(s, filepath.Join(dir, "*.txt"), textio.MatchEmptyDisallow())
	beam.ParDo0(s, printLine, lines)

	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	// Unordered output:
	// 1,Ada
	// 2,Grace
}

func ExampleReadAll() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	patterns := beam.Create(s, filepath.Join(dir, "mon*"), filepath.Join(dir, "tue*"))
	beam.ParDo0(s, printLine, textio.ReadAll(s, patterns))

	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// 1,Ada
	// 2,Grace
}

func ExampleReadWithFilename() {
	dir := newFolder()
	defer os.RemoveAll(dir)

	p, s := beam.NewPipelineWithRoot()
	beam.ParDo0(s, printNamedLine, textio.ReadWithFilename(s, filepath.Join(dir, "*.txt")))

	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// monday.txt: 1,Ada
	// tuesday.txt: 2,Grace
}

// A misspelt URL is refused when the pipeline is built.
func ExampleRead_misspelt() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	textio.Read(s, "gs:/bank-records/in/*.txt")
	// Output: cmekpipe[invalid-name] textio.Read: "pattern \"gs:/bank-records/in/*.txt\"": got a malformed gs:// URL; hint: use "gs://bank-records/in/*.txt"
}

// One object with a known name.
func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "1,Ada", "2,Grace")
	textio.Write(s, key.MustObject("gs://bank-records/lines.txt"), lines)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Unordered output:
	// gs://bank-records/lines.txt records
	// 1,Ada
	// 2,Grace
}

// Without WithNumShards there are as many objects as the runner makes bundles.
func ExampleWriteSharded() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "1,Ada", "2,Grace")
	textio.WriteSharded(s, key.MustObject("gs://bank-records/lines"), lines, textio.WithSuffix(".txt"), textio.WithNumShards(2))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Unordered output:
	// gs://bank-records/lines-00000-of-00002.txt records
	// gs://bank-records/lines-00001-of-00002.txt records
	// 1,Ada
	// 2,Grace
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	textio.Write(s, cmekpipe.Object{}, beam.Create(s, "a"))
	// Output: cmekpipe[key-missing] textio.Write: "destination": got the zero Object, want one created from a key; hint: create it from a key: key.Object("gs://BUCKET/OBJECT")
}
