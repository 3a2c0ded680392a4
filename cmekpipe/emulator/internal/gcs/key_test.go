package gcs_test

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	raw "google.golang.org/api/storage/v1"
)

const version1 = "/cryptoKeyVersions/1"

// makers are all calls that create an object and may name a key, in a bucket that has a small object "source" without a
// key.
func makers(c *cloud) map[string]func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
	source := c.object("plain", "source")
	return map[string]func(context.Context, string, string, string) (*storage.ObjectAttrs, error){
		"multipart": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			return write(ctx, c.object(bucket, name), "data", func(w *storage.Writer) { w.ChunkSize, w.KMSKeyName = 0, key })
		},
		"resumable": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			return write(ctx, c.object(bucket, name), strings.Repeat("data", 100_000), func(w *storage.Writer) {
				w.ChunkSize, w.KMSKeyName = 256<<10, key
			})
		},
		"media": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			return attrs(c.uploadMedia(ctx, bucket, url.Values{"name": {name}, "kmsKeyName": {key}}, "data"))
		},
		"rewrite": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			copier := c.object(bucket, name).CopierFrom(source)
			copier.DestinationKMSKeyName = key
			return copier.Run(ctx)
		},
		"copy": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			call := c.raw.Objects.Copy("plain", "source", bucket, name, &raw.Object{}).Context(ctx)
			if key != "" {
				call.DestinationKmsKeyName(key)
			}
			return attrs(call.Do())
		},
		"compose": func(ctx context.Context, bucket, name, key string) (*storage.ObjectAttrs, error) {
			mustNot(c.Bucket(bucket).Object("part").CopierFrom(source).Run(ctx))
			call := c.raw.Objects.Compose(bucket, name, &raw.ComposeRequest{
				SourceObjects: []*raw.ComposeRequestSourceObjects{{Name: "part"}}, Destination: &raw.Object{},
			}).Context(ctx)
			if key != "" {
				call.KmsKeyName(key)
			}
			return attrs(call.Do())
		},
	}
}

// mustNot allows the setup of a call to fail: the call then fails with the same cause, which the test checks.
func mustNot(*storage.ObjectAttrs, error) {}

func attrs(o *raw.Object, err error) (*storage.ObjectAttrs, error) {
	if err != nil {
		return nil, err
	}
	return &storage.ObjectAttrs{Name: o.Name, KMSKeyName: o.KmsKeyName, Size: int64(o.Size)}, nil
}

func TestKeyOfNewObjects(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "source"), "data", nil)
	for how, make := range makers(c) {
		for _, tc := range []struct{ name, bucket, key, want string }{
			{"named key in a bucket without default", "plain", otherKey, otherKey + version1},
			{"named key wins over the default", "keyed", otherKey, otherKey + version1},
			{"default key", "keyed", "", key + version1},
			{"no key at all", "plain", "", ""},
		} {
			t.Run(how+"/"+tc.name, func(t *testing.T) {
				made, err := make(t.Context(), tc.bucket, "o-"+how, tc.key)
				if err != nil {
					t.Fatal(err)
				}
				if made.KMSKeyName != tc.want {
					t.Errorf("answer: got key %q, want %q", made.KMSKeyName, tc.want)
				}
				kept, err := c.object(tc.bucket, "o-"+how).Attrs(t.Context())
				if err != nil || kept.KMSKeyName != tc.want {
					t.Errorf("attrs: got key %q, error %v, want %q", kept.KMSKeyName, err, tc.want)
				}
			})
		}
	}
}

func TestRefusedKeysLeaveNothingBehind(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "source"), "data", nil)
	disabled := strings.Replace(otherKey, "other", "disabled", 1)
	c.keys.primary[disabled], c.keys.agents[disabled] = 1, c.keys.agents[key]
	c.keys.set(disabled, 1, "DISABLED")
	for how, make := range makers(c) {
		for _, tc := range []struct {
			name, key string
			status    int
			reason    string
		}{
			{"version", key + version1, 400, "cloudKmsBadKey"},
			{"no name of a key", "key", 400, "cloudKmsBadKey"},
			{"short of a part", strings.TrimSuffix(key, "/key"), 400, "cloudKmsBadKey"},
			{"another purpose", signingKey, 400, "cloudKmsBadKey"},
			{"another region", farKey, 400, "cloudKmsKeyLocationNotAllowed"},
			{"not there", missingKey, 400, "cloudKmsEncryptionKeyNotFound"},
			{"disabled", disabled, 400, "cloudKmsDisabledKey"},
			{"denied", deniedKey, 403, "forbidden"},
		} {
			t.Run(how+"/"+tc.name, func(t *testing.T) {
				_, err := make(t.Context(), "plain", "refused", tc.key)
				wantError(t, err, tc.status, tc.reason)
				wantNoObject(t, c.object("plain", "refused"))
			})
		}
	}
	for _, e := range c.env.Ledger.Entries() {
		if e.Name == "gs://plain/refused" {
			t.Errorf("ledger: got %v, want nothing of a refused object", e)
		}
	}
}

func TestDeniedKeyHasGooglesText(t *testing.T) {
	c := newCloud(t)
	_, err := write(t.Context(), c.object("plain", "o"), "data", withKey(deniedKey))
	const want = "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key."
	if e, ok := errors.AsType[*googleapi.Error](err); !ok || e.Message != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestBucketsOfAnotherProjectHaveAnotherAgent(t *testing.T) {
	c := newCloud(t)
	if err := c.Bucket("foreign").Create(t.Context(), "other-project", &storage.BucketAttrs{Location: "us-central1"}); err != nil {
		t.Fatal(err)
	}
	_, err := write(t.Context(), c.object("foreign", "o"), "data", withKey(key))
	wantError(t, err, 403, "forbidden")
}

func TestReadsNeedTheKeyVersion(t *testing.T) {
	for _, state := range []string{"DISABLED", "DESTROY_SCHEDULED", "DESTROYED"} {
		t.Run(state, func(t *testing.T) {
			c := newCloud(t)
			old, fresh := c.object("keyed", "old"), c.object("keyed", "fresh")
			mustWrite(t, old, "old data", nil)
			c.keys.rotate(key)
			if got := mustWrite(t, fresh, "fresh data", nil).KMSKeyName; got != key+"/cryptoKeyVersions/2" {
				t.Errorf("after rotation: got key %q, want version 2", got)
			}
			c.keys.set(key, 1, state)
			for how, unreadable := range readers(c, old) {
				err := unreadable(t.Context())
				if err == nil {
					t.Errorf("%s: got no error, want cloudKmsDisabledKey", how)
					continue
				}
				wantError(t, err, 400, "cloudKmsDisabledKey")
				if e, _ := errors.AsType[*googleapi.Error](err); !strings.Contains(e.Error()+e.Body, "is not enabled, current state is: "+state) {
					t.Errorf("%s: got %v, want the text of Cloud KMS", how, err)
				}
			}
			wantData(t, fresh, "fresh data")
			if a, err := old.Attrs(t.Context()); err != nil || a.KMSKeyName != key+version1 {
				t.Errorf("attrs: got %v, want them without use of the key", err)
			}
			c.keys.set(key, 1, "")
			wantData(t, old, "old data")
		})
	}
}

// readers are all the calls that need an object's data.
func readers(c *cloud, o *storage.ObjectHandle) map[string]func(context.Context) error {
	drop := func(_ any, err error) error { return err }
	return map[string]func(context.Context) error{
		"read":  func(ctx context.Context) error { return drop(read(ctx, o)) },
		"range": func(ctx context.Context) error { return drop(o.NewRangeReader(ctx, 1, 2)) },
		"head":  func(ctx context.Context) error { return headError(ctx, c, o) },
		"media": func(ctx context.Context) error {
			return drop(c.raw.Objects.Get(o.BucketName(), o.ObjectName()).Context(ctx).Download())
		},
		"rewrite": func(ctx context.Context) error { return drop(c.object("plain", "copy").CopierFrom(o).Run(ctx)) },
		"copy": func(ctx context.Context) error {
			return drop(c.raw.Objects.Copy(o.BucketName(), o.ObjectName(), "plain", "copy", &raw.Object{}).Context(ctx).Do())
		},
		"compose": func(ctx context.Context) error { return drop(c.object("keyed", "copy").ComposerFrom(o).Run(ctx)) },
	}
}

// headError repeats by JSON a read of no bytes, which uses HEAD and so has no body with the error.
func headError(ctx context.Context, c *cloud, o *storage.ObjectHandle) error {
	if r, err := o.NewRangeReader(ctx, 0, 0); err == nil {
		r.Close()
		return nil
	}
	_, err := c.raw.Objects.Get(o.BucketName(), o.ObjectName()).Context(ctx).Download()
	return err
}

func TestLostKeysAndGrantsAreNotFoundAndDenied(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	mustWrite(t, o, "data", nil)
	agent := c.keys.agents[key]
	c.keys.agents[key] = ""
	_, err := read(t.Context(), o)
	wantError(t, err, 403, "AccessDenied")
	c.keys.agents[key] = agent
	c.keys.lose(key)
	_, err = read(t.Context(), o)
	wantError(t, err, 400, "cloudKmsDecryptionKeyNotFound")
	if err := o.Delete(t.Context()); err != nil {
		t.Errorf("delete: got %v, want it to work without the key", err)
	}
}

func TestKeyDisabledDuringAnUploadRefusesTheCommit(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	w := o.NewWriter(t.Context())
	w.ChunkSize = 256 << 10
	if _, err := io.WriteString(w, strings.Repeat("x", 600<<10)); err != nil { // two chunks are sent
		t.Fatal(err)
	}
	c.keys.set(key, 1, "DISABLED")
	wantError(t, w.Close(), 400, "cloudKmsDisabledKey")
	wantNoObject(t, o)
}

func TestKeyIsCheckedWhenAnUploadStartsAndEnds(t *testing.T) {
	c := newCloud(t)
	before := c.keys.wraps
	mustWrite(t, c.object("keyed", "o"), strings.Repeat("x", 600<<10), func(w *storage.Writer) { w.ChunkSize = 256 << 10 })
	if got := c.keys.wraps - before; got != 2 {
		t.Errorf("got %d calls, want 2", got)
	}
	c.keys.set(key, 1, "DISABLED")
	started := c.do(t, "POST", "/upload/storage/v1/b/keyed/o?uploadType=resumable&name=o2", nil, "{}")
	if started.StatusCode != 400 || started.Header.Get("Location") != "" {
		t.Errorf("start with a disabled key: got %s, want 400 and no session", started.Status)
	}
}

func TestDefaultKeyAtTheCommitIsUsed(t *testing.T) {
	c := newCloud(t)
	c.keys.meanwhile(func() {
		update := storage.BucketAttrsToUpdate{Encryption: &storage.BucketEncryption{DefaultKMSKeyName: otherKey}}
		if _, err := c.Bucket("keyed").Update(t.Context(), update); err != nil {
			t.Error(err)
		}
	})
	if got := mustWrite(t, c.object("keyed", "o"), "data", nil).KMSKeyName; got != otherKey+version1 {
		t.Errorf("got key %q, want the default key at the moment of the commit", got)
	}
}

func TestNoBucketUpdateIsLost(t *testing.T) {
	c := newCloud(t)
	c.keys.meanwhile(func() {
		if _, err := c.Bucket("plain").Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true}); err != nil {
			t.Error(err)
		}
	})
	update := storage.BucketAttrsToUpdate{Encryption: &storage.BucketEncryption{DefaultKMSKeyName: key}}
	a, err := c.Bucket("plain").Update(t.Context(), update)
	if err != nil || !a.VersioningEnabled || a.Encryption == nil || a.MetaGeneration != 3 {
		t.Errorf("got %+v, %v, want both updates", a, err)
	}
}

func TestBucketDeletedDuringAnUploadGetsNoObject(t *testing.T) {
	c := newCloud(t)
	c.keys.meanwhile(func() {
		if err := c.Bucket("keyed").Delete(t.Context()); err != nil {
			t.Error(err)
		}
	})
	_, err := write(t.Context(), c.object("keyed", "o"), "data", nil)
	wantError(t, err, 404, "notFound")
}

func TestKeyInAResourceIsRefused(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("keyed", "o"), "data", nil)
	resource := &raw.Object{Name: "x", KmsKeyName: otherKey}
	for how, do := range map[string]func() (*raw.Object, error){
		"insert": func() (*raw.Object, error) {
			return c.raw.Objects.Insert("plain", resource).Media(strings.NewReader("x")).Do()
		},
		"compose": func() (*raw.Object, error) {
			return c.raw.Objects.Compose("keyed", "x", &raw.ComposeRequest{Destination: resource,
				SourceObjects: []*raw.ComposeRequestSourceObjects{{Name: "o"}}}).Do()
		},
		"rewrite": func() (*raw.Object, error) {
			_, err := c.raw.Objects.Rewrite("keyed", "o", "plain", "x", resource).Do()
			return nil, err
		},
		"copy with a parameter": func() (*raw.Object, error) {
			o, err := c.raw.Objects.Copy("keyed", "o", "keyed", "copied", resource).DestinationKmsKeyName(key).Do()
			if err != nil || o.KmsKeyName != key+version1 {
				t.Errorf("copy: got %+v, %v, want the parameter's key", o, err)
			}
			return c.raw.Objects.Patch("keyed", "o", resource).Do()
		},
		"patch":  func() (*raw.Object, error) { return c.raw.Objects.Patch("keyed", "o", resource).Do() },
		"update": func() (*raw.Object, error) { return c.raw.Objects.Update("keyed", "o", resource).Do() },
	} {
		t.Run(how, func(t *testing.T) {
			if o, err := do(); err == nil {
				t.Errorf("got %v, want status 400", o)
			} else if e, ok := errors.AsType[*googleapi.Error](err); !ok || e.Code != 400 {
				t.Errorf("got %v, want status 400", err)
			}
		})
	}
	wantNoObject(t, c.object("plain", "x"))
}

func TestComposerOfGooglesClientLosesTheKey(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "o"), "data", nil)
	composer := c.object("plain", "all").ComposerFrom(c.object("plain", "o"))
	composer.KMSKeyName = key
	if a, err := composer.Run(t.Context()); err != nil || a.KMSKeyName != "" {
		t.Errorf("got %v, %v, want an object without a key: the client does not send it", a, err)
	}
}

func TestCustomerSuppliedKeysAreRefused(t *testing.T) {
	c := newCloud(t)
	o := c.object("plain", "o").Key([]byte(strings.Repeat("k", 32)))
	_, err := write(t.Context(), o, "data", nil)
	wantError(t, err, 400, "invalid")
	wantNoObject(t, c.object("plain", "o"))
}

func TestKeyRefusalsOfWritesHaveGooglesTexts(t *testing.T) {
	c := newCloud(t)
	c.keys.set(otherKey, 1, "DISABLED")
	for name, want := range map[string]string{
		otherKey:       "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed.",
		farKey:         "Cloud KMS region 'europe-west1' not available for use with GCS region 'US_CENTRAL1'.",
		key + version1: "Bad Cloud KMS crypto key: " + key + version1,
		signingKey:     "Bad Cloud KMS crypto key: " + signingKey,
		deniedKey:      "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.",
		missingKey:     "Cloud KMS key not found: " + missingKey,
	} {
		if _, err := write(t.Context(), c.object("plain", "o"), "data", withKey(name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("key %s: got %v, want %q", name, err, want)
		}
	}
}
