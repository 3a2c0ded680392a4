package gcs

import (
	"encoding/base64"
	"encoding/json"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

func (s *Server) listObjects(c *call) error {
	q, err := c.listQuery()
	if err != nil {
		return err
	}
	page, err := s.store.List(c.bucket, q)
	if err != nil {
		return err
	}
	answer := &raw.Objects{Kind: "storage#objects", Prefixes: page.Prefixes}
	for _, o := range page.Objects {
		answer.Items = append(answer.Items, c.listed(o))
	}
	if answer.NextPageToken, err = encodeCursor(page.Next); err != nil {
		return err
	}
	return c.json(answer)
}

func (c *call) listQuery() (q store.Query, err error) {
	if c.query.Get("filter") != "" {
		return q, invalid("The loopback Cloud Storage has no parameter filter.")
	}
	q = store.Query{
		Prefix: c.query.Get("prefix"), Delimiter: c.query.Get("delimiter"),
		TrailingDelimiter: c.flag("includeTrailingDelimiter"),
		Start:             c.query.Get("startOffset"), End: c.query.Get("endOffset"),
		Versions: c.flag("versions"), SoftDeleted: c.flag("softDeleted"),
	}
	if q.Versions && q.SoftDeleted {
		return q, invalid("The parameters versions and softDeleted exclude each other.")
	}
	if pattern := c.query.Get("matchGlob"); pattern != "" {
		if q.Match, err = compileGlob(pattern); err != nil {
			return q, err
		}
	}
	if q.Limit, err = c.limit(); err != nil {
		return q, err
	}
	q.After, err = decodeCursor(c.query.Get("pageToken"))
	return q, err
}

func encodeCursor(c *store.Cursor) (string, error) {
	if c == nil {
		return "", nil
	}
	text, err := json.Marshal(c)
	return base64.URLEncoding.EncodeToString(text), err
}

func decodeCursor(token string) (c store.Cursor, err error) {
	if token == "" {
		return c, nil
	}
	text, err := base64.URLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Name == "" {
		return c, invalid("Invalid page token")
	}
	return c, nil
}
