package crosslang

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"strings"
	"unicode"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The types and the role of artifacts in Beam's model. Source: message StandardArtifacts in beam_runner_api.proto.
const (
	fileType     = "beam:artifact:type:file:v1"
	urlType      = "beam:artifact:type:url:v1"
	embeddedType = "beam:artifact:type:embedded:v1"
	stagingRole  = "beam:artifact:role:staging_to:v1"
)

// description is what an artifact says of itself.
type description struct {
	name   string // what workers know it as; one element of a path
	path   string // where it lies, for a file
	sha256 string // in hexadecimal; "" if it doesn't say
}

// describe reads what an artifact says of itself, and says what is wrong with one that can't be fetched.
func describe(info *pipepb.ArtifactInformation) (d description, err error) {
	switch info.GetTypeUrn() {
	case fileType:
		var p pipepb.ArtifactFilePayload
		err = proto.Unmarshal(info.GetTypePayload(), &p)
		d = description{p.GetPath(), p.GetPath(), p.GetSha256()}
	case urlType:
		var p pipepb.ArtifactUrlPayload
		err = proto.Unmarshal(info.GetTypePayload(), &p)
		d = description{name: p.GetUrl(), sha256: p.GetSha256()}
	case embeddedType:
		var p pipepb.EmbeddedFilePayload
		err = proto.Unmarshal(info.GetTypePayload(), &p)
		sum := sha256.Sum256(p.GetData()) // what was announced is the content itself
		d.sha256 = hex.EncodeToString(sum[:])
	default:
		err = errors.New("got an artifact of a type that can't be staged")
	}
	if info.GetRoleUrn() == stagingRole {
		var role pipepb.ArtifactStagingToRolePayload
		if proto.Unmarshal(info.GetRolePayload(), &role) == nil {
			d.name = role.GetStagedName()
		}
	}
	d.name, d.sha256 = path.Base(strings.ReplaceAll(d.name, `\`, "/")), strings.ToLower(d.sha256)
	if err == nil && !isName(d.name) {
		err = errors.New("got an artifact without a name")
	}
	return d, err
}

// isName reports whether a path's last element can be the name of a file.
func isName(s string) bool {
	return s != "." && s != ".." && s != "/" && !strings.ContainsFunc(s, unicode.IsControl)
}

// Name returns what workers know an artifact as, or its type if it can't be fetched.
func Name(info *pipepb.ArtifactInformation) string {
	if d, err := describe(info); err == nil {
		return d.name
	}
	return info.GetTypeUrn()
}

// place is what errors call an artifact: its name, or its type if it has none, and where it is from.
func place(info *pipepb.ArtifactInformation, source string) string {
	return "artifact " + Name(info) + " of " + source
}

func (f *Fetcher) unsupported(info *pipepb.ArtifactInformation, source string, err error) error {
	return &cmekpipe.Error{Op: f.Op, Code: cmekpipe.Unsupported, Resource: place(info, source), Err: err,
		Hint: "have the expansion service name it as a file, a URL or embedded content, or put it into the container's image"}
}
