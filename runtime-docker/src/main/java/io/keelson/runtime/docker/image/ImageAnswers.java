package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Image;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the engine has said about images, kept for as long as nothing has changed. Kept only while
 * the engine's events are followed, for only they tell of changes that others make. That there is
 * no such image is not kept. Thread-safe.
 */
final class ImageAnswers {
  private static final int LIMIT = 256;

  /** Asks the engine. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws InterruptedException;
  }

  private final Map<String, InspectImageResponse> single =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, InspectImageResponse> eldest) {
          return size() > LIMIT;
        }
      };

  private @Nullable List<Image> all;
  private boolean followed;
  private long changes;

  /** What is known of one image, or else the answer to {@code question}. */
  Optional<InspectImageResponse> inspected(
      String reference, Question<Optional<InspectImageResponse>> question)
      throws InterruptedException {
    long asked;
    synchronized (this) {
      InspectImageResponse known = single.get(reference);
      if (known != null) {
        return Optional.of(known);
      }
      asked = changes;
    }
    Optional<InspectImageResponse> answer = question.ask();
    synchronized (this) {
      if (followed && asked == changes) {
        answer.ifPresent(image -> single.put(reference, image));
      }
    }
    return answer;
  }

  /** The list that is known, or else the answer to {@code question}. */
  List<Image> listed(Question<List<Image>> question) throws InterruptedException {
    long asked;
    synchronized (this) {
      if (all != null) {
        return all;
      }
      asked = changes;
    }
    List<Image> answer = question.ask();
    synchronized (this) {
      if (followed && asked == changes) {
        all = answer;
      }
    }
    return answer;
  }

  /** Forgets everything: an image was made, named or removed. An answer on its way is not kept. */
  synchronized void changed() {
    changes++;
    single.clear();
    all = null;
  }

  /** Whether whoever knows of changes will call {@link #changed} from now on. */
  synchronized void followed(boolean now) {
    changed();
    followed = now;
  }
}
