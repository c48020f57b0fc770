package io.keelson.runtime.docker.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxContainerUser;
import io.keelson.runtime.v1.SupplementalGroupsPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunAsTest {
  private static final AccountFiles FILES =
      AccountFiles.parse(
          """
          root:x:0:0:root:/root:/bin/sh
          # worker:x:1:1
          worker:x:1000:100::/home/worker:/bin/sh
          broken:x:many:100::/:/bin/sh
          unsigned:x:-1:100::/:/bin/sh
          worker:x:2000:2000:second of that name:/:/bin/sh
          +::::::
          """,
          """
          root:x:0:
          wheel:x:10:root, worker
          staff:x:50:root,worker
          audio:x:63:worker
          users:x:100:
          half
          wrong:x:none:worker
          """);

  @ParameterizedTest(name = "image''s user {0} is {1}:{2} in {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "'', 0, 0, 0 10 50",
        "root, 0, 0, 0 10 50",
        "worker, 1000, 100, 100 50 63",
        "1000, 1000, 100, 100 50 63",
        "worker:audio, 1000, 63, 63 50",
        "worker:7, 1000, 7, 7 50 63",
        "1000:7, 1000, 7, 7 50 63",
        "4242, 4242, 0, 0",
        "4242:staff, 4242, 50, 50",
        ":staff, 0, 50, 50 10",
      })
  void numbers_and_names_are_looked_up(String imageUser, long uid, long gid, String groups) {
    LinuxContainerUser user = resolve(LinuxContainerSecurityContext.newBuilder(), imageUser);
    assertThat(user.getUid()).isEqualTo(uid);
    assertThat(user.getGid()).isEqualTo(gid);
    assertThat(user.getSupplementalGroupsList().stream().map(String::valueOf))
        .containsExactly(groups.split(" "));
  }

  @Test
  void what_the_container_asks_for_comes_before_the_images_choice() {
    LinuxContainerSecurityContext.Builder context =
        LinuxContainerSecurityContext.newBuilder()
            .setRunAsUsername("worker")
            .setRunAsGroup(number(50))
            .addSupplementalGroups(63)
            .addSupplementalGroups(4000);
    assertThat(resolve(context, "nobody:nogroup"))
        .isEqualTo(
            LinuxContainerUser.newBuilder()
                .setUid(1000)
                .setGid(50)
                .addSupplementalGroups(50)
                .addSupplementalGroups(63)
                .addSupplementalGroups(4000)
                .build());
  }

  @Test
  void strictly_no_group_comes_from_the_image_but_the_primary_one() {
    LinuxContainerSecurityContext.Builder context =
        LinuxContainerSecurityContext.newBuilder()
            .setRunAsUser(number(1000))
            .addSupplementalGroups(4000)
            .setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
    assertThat(resolve(context, "").getSupplementalGroupsList()).containsExactly(100L, 4000L);
  }

  @Test
  void only_a_strict_choice_in_numbers_needs_no_files() {
    LinuxContainerSecurityContext.Builder context =
        LinuxContainerSecurityContext.newBuilder()
            .setRunAsUser(number(1000))
            .setRunAsGroup(number(1000));
    assertThat(RunAs.of(context.build(), "").needsFiles()).isTrue();
    context.setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
    assertThat(RunAs.of(context.build(), "").needsFiles()).isFalse();
    context.clearRunAsGroup();
    assertThat(RunAs.of(context.build(), "").needsFiles()).isTrue();
  }

  @Test
  void names_the_image_does_not_know_are_refused() {
    LinuxContainerSecurityContext.Builder nobody = LinuxContainerSecurityContext.newBuilder();
    assertInvalid(nobody, "nobody", "user 'nobody'");
    assertInvalid(nobody, "broken", "user 'broken'");
    assertInvalid(nobody, "4294967295", "user '4294967295'");
    assertInvalid(nobody, "worker:wrong", "group 'wrong'");
    assertInvalid(
        LinuxContainerSecurityContext.newBuilder().setRunAsGroup(number(1)),
        "worker",
        "run_as_user");
  }

  private static void assertInvalid(
      LinuxContainerSecurityContext.Builder context, String imageUser, String told) {
    assertThatThrownBy(() -> resolve(context, imageUser))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining(told);
  }

  private static LinuxContainerUser resolve(
      LinuxContainerSecurityContext.Builder context, String imageUser) {
    return RunAs.of(context.build(), imageUser).resolve(FILES, "example:1");
  }

  private static Int64Value number(long value) {
    return Int64Value.newBuilder().setValue(value).build();
  }
}
