package datastore

import (
	"encoding/binary"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"cloud.google.com/go/datastore/apiv1/datastorepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The limits of names and paths. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits.
const (
	maxName = 1500
	maxPath = 100
)

// stored is an entity in the database. It is never changed, only replaced.
type stored struct {
	entity  *datastorepb.Entity
	version int64
}

func (e *stored) namespace() string { return e.entity.GetKey().GetPartitionId().GetNamespaceId() }

func (e *stored) kind() string { return last(e.entity.GetKey()).GetKind() }

func last(k *datastorepb.Key) *datastorepb.Key_PathElement {
	if len(k.GetPath()) == 0 {
		return nil
	}
	return k.GetPath()[len(k.GetPath())-1]
}

// encode encodes a key so that the results sort as Google sorts keys: by kind, numbers before names, parents first.
func encode(k *datastorepb.Key) string {
	b := appendText(nil, k.GetPartitionId().GetNamespaceId())
	for _, element := range k.GetPath() {
		b = appendText(b, element.GetKind())
		switch id := element.GetIdType().(type) {
		case *datastorepb.Key_PathElement_Id:
			b = binary.BigEndian.AppendUint64(append(b, 1), uint64(id.Id)^1<<63)
		case *datastorepb.Key_PathElement_Name:
			b = appendText(append(b, 2), id.Name)
		}
	}
	return string(b)
}

// appendText appends a text and a terminator that sorts before any continuation of the text.
func appendText(b []byte, text string) []byte {
	for _, c := range []byte(text) {
		if b = append(b, c); c == 0 {
			b = append(b, 0xff)
		}
	}
	return append(b, 0, 1)
}

// scatter is the value of the property __scatter__ of an entity, which about one entity in 128 has.
func scatter(encoded string) (value uint32, ok bool) {
	h := fnv.New32a()
	h.Write([]byte(encoded))
	value = h.Sum32() * 2654435769 // fnv alone is too even in its low bits for numbers in a row
	return value >> 7, value&127 == 0
}

func scattered(encoded string) bool {
	_, ok := scatter(encoded)
	return ok
}

// checkKey refuses a key that Google refuses. A key is incomplete if its last element has neither name nor number.
func (d *database) checkKey(k *datastorepb.Key, mayBeIncomplete bool) error {
	if p := k.GetPartitionId(); p.GetProjectId() != "" && p.GetProjectId() != d.project ||
		p.GetDatabaseId() != "" && !strings.HasSuffix(d.name, "/databases/"+p.GetDatabaseId()) {
		return refuse.InvalidArgument("mismatched databases within request")
	}
	if n := len(k.GetPath()); n == 0 || n > maxPath {
		return refuse.InvalidArgument("The key path has %d elements, want 1 to %d.", n, maxPath)
	}
	for i, element := range k.GetPath() {
		if reserved(element.GetKind()) {
			return refuse.InvalidArgument("The kind is empty, reserved or longer than %d bytes.", maxName)
		}
		switch id := element.GetIdType().(type) {
		case *datastorepb.Key_PathElement_Id:
			if id.Id == 0 {
				return refuse.InvalidArgument("The key path element has id 0.")
			}
		case *datastorepb.Key_PathElement_Name:
			if reserved(id.Name) {
				return refuse.InvalidArgument("The key path element name is empty, reserved or longer than %d bytes: %q", maxName, id.Name)
			}
		default:
			if i < len(k.GetPath())-1 || !mayBeIncomplete {
				return refuse.InvalidArgument("Key path is incomplete: %v", k.GetPath())
			}
		}
	}
	return nil
}

func reserved(name string) bool {
	return name == "" || len(name) > maxName || len(name) > 3 && strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// resourceName returns the name of an entity in the ledger.
func (d *database) resourceName(k *datastorepb.Key) string {
	var b strings.Builder
	b.WriteString(d.name + "/entities")
	if namespace := k.GetPartitionId().GetNamespaceId(); namespace != "" {
		b.WriteString("@" + url.PathEscape(namespace))
	}
	for _, element := range k.GetPath() {
		id := url.PathEscape(element.GetName())
		if n := element.GetId(); n != 0 {
			id = strconv.FormatInt(n, 10)
		}
		b.WriteString("/" + url.PathEscape(element.GetKind()) + "/" + id)
	}
	return b.String()
}
