package gcs

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// timeFormat is RFC 3339 in milliseconds, as Cloud Storage writes times.
const timeFormat = "2006-01-02T15:04:05.000Z"

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeFormat)
}

// settings returns the fields of an object resource that a client may set.
func settings(o raw.Object) raw.Object {
	return raw.Object{
		CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition, ContentEncoding: o.ContentEncoding,
		ContentLanguage: o.ContentLanguage, ContentType: o.ContentType, Contexts: o.Contexts, CustomTime: o.CustomTime,
		EventBasedHold: o.EventBasedHold, Metadata: o.Metadata, Retention: o.Retention, StorageClass: o.StorageClass,
		TemporaryHold: o.TemporaryHold,
	}
}

// resource returns an object as the JSON API shows it.
func (c *call) resource(o *store.Object) *raw.Object {
	path := url.PathEscape(o.Bucket) + "/o/" + url.PathEscape(o.Name)
	generation := strconv.FormatInt(o.Generation, 10)
	r := o.Settings
	r.Kind, r.Id, r.Bucket, r.Name = "storage#object", o.Bucket+"/"+o.Name+"/"+generation, o.Bucket, o.Name
	r.SelfLink = "http://" + c.r.Host + "/storage/v1/b/" + path
	r.MediaLink = "http://" + c.r.Host + "/download/storage/v1/b/" + path + "?generation=" + generation + "&alt=media"
	r.Generation, r.Metageneration, r.Etag = o.Generation, o.Metageneration, etag(o)
	r.Size, r.Crc32c, r.Md5Hash = uint64(o.Data.Size()), encodeCRC(o.CRC32C), base64.StdEncoding.EncodeToString(o.MD5)
	r.KmsKeyName, r.ComponentCount = o.Key.String(), o.Components
	r.TimeCreated, r.Updated = formatTime(o.Created), formatTime(o.Updated)
	r.TimeFinalized, r.TimeStorageClassUpdated = r.TimeCreated, r.TimeCreated
	c.describeBucketRules(&r, o)
	if o.HardDelete.IsZero() {
		r.TimeDeleted = formatTime(o.Deleted)
	} else {
		r.SoftDeleteTime, r.HardDeleteTime = formatTime(o.Deleted), formatTime(o.HardDelete)
	}
	if r.Size == 0 {
		r.ForceSendFields = []string{"Size"}
	}
	return &r
}

// describeBucketRules sets what follows from the object's bucket: the end of its retention, and its owner and list for the
// projection full.
func (c *call) describeBucketRules(r *raw.Object, o *store.Object) {
	b, err := c.store.Bucket(o.Bucket)
	if err != nil {
		return // it was deleted a moment ago
	}
	r.RetentionExpirationTime = formatTime(b.RetainedUntil(o))
	if c.query.Get("projection") == full {
		r.Owner, r.Acl = objectAccess(b, o)
	}
}

// listed returns an object as a list shows it: without the checksums if a customer-managed key encrypts it. Source:
// https://docs.cloud.google.com/storage/docs/encryption/customer-managed-keys.
func (c *call) listed(o *store.Object) *raw.Object {
	r := c.resource(o)
	if o.Key.Valid() {
		r.Crc32c, r.Md5Hash = "", ""
	}
	return r
}

// bucketResource returns a bucket as the JSON API shows it.
func (c *call) bucketResource(b *store.Bucket) *raw.Bucket {
	r := b.Attrs
	r.Kind, r.Id = "storage#bucket", r.Name
	r.SelfLink = "http://" + c.r.Host + "/storage/v1/b/" + url.PathEscape(r.Name)
	r.Etag = base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(r.Metageneration, 10)))
	if c.query.Get("projection") == full {
		r.Owner, r.Acl, r.DefaultObjectAcl = bucketAccess(b)
	}
	if p := r.SoftDeletePolicy; p != nil {
		shown := *p
		shown.ForceSendFields = []string{"RetentionDurationSeconds"}
		r.SoftDeletePolicy = &shown
	}
	return &r
}

func etag(o *store.Object) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d/%d", o.Generation, o.Metageneration))
}

func encodeCRC(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// merge applies a JSON merge patch (RFC 7396) to a resource.
func merge[T any](resource T, patch map[string]any) (T, error) {
	var merged T
	text, err := json.Marshal(resource)
	if err != nil {
		return merged, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return merged, err
	}
	text, err = json.Marshal(mergeFields(fields, patch))
	if err != nil {
		return merged, err
	}
	if err := json.Unmarshal(text, &merged); err != nil {
		return merged, invalid("Invalid value in the resource: %v", err)
	}
	return merged, nil
}

func mergeFields(fields, patch map[string]any) map[string]any {
	if fields == nil {
		fields = make(map[string]any)
	}
	for name, value := range patch {
		switch v := value.(type) {
		case nil:
			delete(fields, name)
		case map[string]any:
			inner, _ := fields[name].(map[string]any)
			fields[name] = mergeFields(inner, v)
		default:
			fields[name] = v
		}
	}
	return fields
}
