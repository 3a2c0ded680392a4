package gcs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
)

func TestList(t *testing.T) {
	c := newCloud(t)
	versioned(t, c)
	for _, name := range []string{"b", "a/2", "a/1", "a/", "a/b/3", "ab", "c/x", "c/y", "ü"} {
		mustWrite(t, c.object("versioned", name), name, nil)
	}
	mustWrite(t, c.object("versioned", "b"), "again", nil)
	if err := c.object("versioned", "ab").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		query storage.Query
		want  string
	}{
		{"all", storage.Query{}, "a/ a/1 a/2 a/b/3 b c/x c/y ü"},
		{"prefix", storage.Query{Prefix: "a/"}, "a/ a/1 a/2 a/b/3"},
		{"prefix without objects", storage.Query{Prefix: "zz"}, ""},
		{"delimiter", storage.Query{Delimiter: "/"}, "b ü a/ c/"},
		{"prefix and delimiter", storage.Query{Prefix: "a/", Delimiter: "/"}, "a/ a/1 a/2 a/b/"},
		{"trailing delimiter", storage.Query{Delimiter: "/", IncludeTrailingDelimiter: true}, "a/ b ü a/ c/"},
		{"delimiter of two", storage.Query{Delimiter: "/b"}, "a/ a/1 a/2 b c/x c/y ü a/b"},
		{"bounds", storage.Query{StartOffset: "a/2", EndOffset: "c/y"}, "a/2 a/b/3 b c/x"},
		{"start before prefix", storage.Query{StartOffset: "a", Prefix: "c"}, "c/x c/y"},
		{"versions", storage.Query{Versions: true}, "a/ a/1 a/2 a/b/3 ab b b c/x c/y ü"},
		{"glob", storage.Query{MatchGlob: "a/*"}, "a/ a/1 a/2"},
		{"deep glob", storage.Query{MatchGlob: "a/**"}, "a/ a/1 a/2 a/b/3"},
		{"alternatives", storage.Query{MatchGlob: "{b,c/[x-z]}"}, "b c/x c/y"},
	} {
		for _, size := range []int{1, 2, 3, 1000} {
			got, pages := listPages(t, c, "versioned", tc.query, size)
			want := strings.Fields(tc.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s by %d: got %q, want %q", tc.name, size, got, want)
			}
			if wantPages := max(1, (len(want)+size-1)/size); pages != wantPages {
				t.Errorf("%s by %d: got %d pages, want %d", tc.name, size, pages, wantPages)
			}
		}
		if got := names(t, c, "versioned", &tc.query); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// listPages lists in pages of a size and counts them.
func listPages(t *testing.T, c *cloud, bucket string, q storage.Query, size int) (got []string, pages int) {
	t.Helper()
	call := c.raw.Objects.List(bucket)
	call.Prefix(q.Prefix).Delimiter(q.Delimiter).IncludeTrailingDelimiter(q.IncludeTrailingDelimiter).StartOffset(q.StartOffset)
	call.EndOffset(q.EndOffset).Versions(q.Versions).MatchGlob(q.MatchGlob).MaxResults(int64(size))
	for token := "first"; token != ""; pages++ {
		page, err := call.Do()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page.Items) + len(page.Prefixes); n > size {
			t.Errorf("got %d entries, want at most %d", n, size)
		}
		for _, o := range page.Items {
			got = append(got, o.Name)
		}
		got = append(got, page.Prefixes...)
		token = page.NextPageToken
		call.PageToken(token)
	}
	return got, pages
}

func TestListsLeaveOutChecksumsOfKeyedObjects(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "keyed"), "data", withKey(key))
	mustWrite(t, c.object("plain", "plain"), "data", nil)
	page, err := c.raw.Objects.List("plain").Do()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range page.Items {
		if has, want := o.Crc32c != "" || o.Md5Hash != "", o.Name == "plain"; has != want {
			t.Errorf("%s: got checksums %t, want %t", o.Name, has, want)
		}
		if o.Size != 4 || (o.KmsKeyName != "") != (o.Name == "keyed") {
			t.Errorf("%s: got %+v", o.Name, o)
		}
	}
}

func TestListShowsOnlyTheFieldsAskedFor(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("keyed", "a/b"), "data", nil)
	q := new(storage.Query)
	if err := q.SetAttrSelection([]string{"Name", "KMSKeyName"}); err != nil {
		t.Fatal(err)
	}
	o, err := c.Bucket("keyed").Objects(t.Context(), q).Next()
	if err != nil || o.Name != "a/b" || o.KMSKeyName != key+version1 || o.Size != 0 || o.Generation != 0 {
		t.Errorf("got %+v, %v, want name and key alone", o, err)
	}
	if r := c.do(t, "GET", "/storage/v1/b/keyed/o?fields=items(", nil, ""); r.StatusCode != 400 {
		t.Errorf("bad selection: got %s, want 400", r.Status)
	}
}

func TestBadLists(t *testing.T) {
	c := newCloud(t)
	for _, query := range []string{
		"pageToken=%21", "pageToken=e30=", "maxResults=x", "maxResults=-1", "matchGlob=%7Ba", "matchGlob=%5Bz-a%5D", "filter=x",
		"versions=true&softDeleted=true",
	} {
		if r := c.do(t, "GET", "/storage/v1/b/plain/o?"+query, nil, ""); r.StatusCode != 400 {
			t.Errorf("%s: got %s, want 400", query, r.Status)
		}
	}
	_, err := c.Bucket("none").Objects(t.Context(), nil).Next()
	if !errors.Is(err, storage.ErrBucketNotExist) {
		t.Errorf("got %v, want ErrBucketNotExist", err)
	}
}
