package crosslang

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// A file may change after it was fetched and compared, and before it gets its name in the staging bucket.
func TestAFileThatChangedSinceItWasComparedIsRefused(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	if err != nil {
		t.Fatal(err)
	}
	area := &staging.Area{Op: "test.Op", Location: "gs://bank-work/staging", Key: key, Day: "2026-12-01"}
	path := filepath.Join(t.TempDir(), "a.jar")
	announced := sha256.Sum256([]byte("announced"))
	for content, want := range map[string]cmekpipe.Code{"announced": "", "changed": cmekpipe.Corrupted} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &Staged{paths: map[*staging.File]string{}, names: map[*staging.File]string{}, dependencies: map[string][]*pipepb.ArtifactInformation{}}
		err := s.add(area, Environment{ID: "java"}, &Artifact{Name: "a.jar", Path: path, Info: &pipepb.ArtifactInformation{TypeUrn: fileType,
			TypePayload: protox.MustEncode(&pipepb.ArtifactFilePayload{Path: path, Sha256: hex.EncodeToString(announced[:])})}})
		if cmekpipe.CodeOf(err) != want || (len(s.Files) == 1) != (want == "") {
			t.Errorf("%s: got %v and files %v, want code %q", content, err, s.Files, want)
		}
	}
}
