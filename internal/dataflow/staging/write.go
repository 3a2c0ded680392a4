package staging

import (
	"bytes"
	"context"
)

// Write puts content under the key to a name that the caller chose. What lies there is replaced only if it is still what
// lay there when Write began. Nothing is left under another key.
func (a *Area) Write(ctx context.Context, url string, content []byte) error {
	f, err := a.Name("", bytes.NewReader(content))
	if err != nil {
		return err
	}
	f.URL = url
	f.bucket, f.name = SplitPlace(url)
	u := &upload{Area: a, file: f, object: a.Client.Bucket(f.bucket).Object(f.name), always: true}
	return u.run(ctx, bytes.NewReader(content))
}
