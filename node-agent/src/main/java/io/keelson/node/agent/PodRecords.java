package io.keelson.node.agent;

import com.google.protobuf.StringValue;
import io.fabric8.kubernetes.api.model.Pod;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.state.RecordStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pods an agent has taken on, on disk, by uid: written before anything is made for a pod, and
 * deleted after all of it is gone. Each record is a JSON document. Thread-safe.
 */
final class PodRecords {
  private static final Logger log = LoggerFactory.getLogger(PodRecords.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final RecordStore<StringValue> store;

  private PodRecords(RecordStore<StringValue> store) {
    this.store = store;
  }

  static PodRecords open(Path directory) {
    return new PodRecords(RecordStore.open(directory, StringValue.getDefaultInstance()));
  }

  void save(PodRecord record) {
    ObjectNode json = JSON.createObjectNode();
    json.put("source", record.manifest().source());
    json.put("hash", record.manifest().hash());
    json.put("startTime", record.startTime().toString());
    json.put("failure", record.failure());
    json.set("pod", JSON.valueToTree(record.manifest().pod()));
    store.put(record.manifest().uid(), StringValue.of(JSON.writeValueAsString(json)));
  }

  void delete(String uid) {
    store.delete(uid);
  }

  /** All records that can be read; of others the log tells. */
  List<PodRecord> loadAll() {
    List<PodRecord> records = new ArrayList<>();
    store
        .loadAll()
        .forEach((uid, text) -> {
          try {
            ObjectNode json = (ObjectNode) JSON.readTree(text.getValue());
            Pod pod = JSON.treeToValue(json.get("pod"), Pod.class);
            records.add(
                new PodRecord(
                    new PodManifest(
                        pod, json.get("source").stringValue(), json.get("hash").stringValue()),
                    Instant.parse(json.get("startTime").stringValue()),
                    json.get("failure").stringValue()));
          } catch (JacksonException | ClassCastException e) {
            log.error(
                "the record of pod {} cannot be read; what runs of it is found by labels", uid, e);
          }
        });
    return records;
  }
}
