/** The three fields that `touch-three` reads of each message. */
export const three = {
  "bowline.bench.LogBatch": ["tenant", "records[24].severity", "records[24].message"],
  "bowline.bench.SmallRequest": ["userId", "pageSize", "sinceMs"],
  "bowline.bench.PackedNumbers": ["samples[500]", "counts[500]", "counts[999]"],
  "bowline.bench.Chunk": ["uploadId", "offset", "data"],
  "bowline.bench.OptionalScalars": ["f1", "f13", "f41"],
  "bowline.bench.shapes.ApiResponse": ["requestId", "status", "message"],
  "bowline.bench.shapes.LogRecord": ["timestampNs", "severity", "body"],
  "bowline.bench.shapes.AnalyticsEvent": ["eventId", "userId", "properties[2].key"],
  "bowline.bench.shapes.GoogleMessage1": ["field1", "field2", "field280"],
  "bowline.bench.shapes.MediaFrame": ["streamId", "ptsUs", "data"],
  "bowline.bench.shapes.ColumnBatch": ["table", "prices[1000]", "quantities[1999]"],
  "bowline.bench.shapes.PackedTile": ["layer", "features[100].id", "features[100].geometry[0]"],
  "bowline.bench.shapes.TriMesh": ["name", "triangles[150].b.y", "triangles[299].c.z"],
};
