package gcs

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"

	raw "google.golang.org/api/storage/v1"
)

// claims are the checksums that a client sent for its data; nil for those that it did not send.
type claims struct {
	crc *uint32
	md5 []byte
}

// claimsOf reads the checksums from metadata and headers.
func claimsOf(metadata raw.Object, header http.Header) (claims, error) {
	var c claims
	if err := c.set("crc32c", metadata.Crc32c); err != nil {
		return c, err
	}
	if err := c.set("md5", metadata.Md5Hash); err != nil {
		return c, err
	}
	return c, c.add(header)
}

// add parses X-Goog-Hash, as in "crc32c=…,md5=…", and Content-MD5.
func (c *claims) add(header http.Header) error {
	if err := c.set("md5", header.Get("Content-MD5")); err != nil {
		return err
	}
	for _, line := range header.Values("X-Goog-Hash") {
		for claim := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(claim), "=")
			if err := c.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *claims) set(name, value string) error {
	if value == "" {
		return nil
	}
	sum, err := base64.StdEncoding.DecodeString(value)
	switch {
	case name == "crc32c" && err == nil && len(sum) == 4:
		crc := binary.BigEndian.Uint32(sum)
		c.crc = &crc
	case name == "md5" && err == nil && len(sum) == 16:
		c.md5 = sum
	default:
		return invalid("Invalid value for %s hash: %q", name, value)
	}
	return nil
}

// check compares the claims with the checksums of the received data. Composed data have no MD5.
func (c *claims) check(crc uint32, md5 []byte) error {
	if c.crc != nil && *c.crc != crc {
		return invalid("Provided CRC32C \"%s\" doesn't match calculated CRC32C \"%s\".", encodeCRC(*c.crc), encodeCRC(crc))
	}
	if c.md5 != nil && md5 != nil && !bytes.Equal(c.md5, md5) {
		return invalid("Provided MD5 hash \"%s\" doesn't match calculated MD5 hash \"%s\".",
			base64.StdEncoding.EncodeToString(c.md5), base64.StdEncoding.EncodeToString(md5))
	}
	return nil
}
