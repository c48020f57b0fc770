import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Puts the content of several jars into one, uncompressed: {@code MergeJars.java INTO JAR...}. A
 * program starts faster from one jar than from many, each of which the JVM would open and index.
 * Where jars disagree on a file the first one wins, as on a class path; the lists of services are
 * joined. The manifest is that of the first jar.
 */
final class MergeJars {
  private static final String SERVICES = "META-INF/services/";
  private static final int MAJOR_VERSION = 7;
  private static final byte JAVA_7 = 51;

  private final ZipOutputStream merged;
  private final Set<String> present = new HashSet<>(Set.of(JarFile.MANIFEST_NAME));
  private final Map<String, StringBuilder> services = new LinkedHashMap<>();

  private final ClassFile classFiles;

  private MergeJars(ZipOutputStream merged, ClassLoader classes) {
    this.merged = merged;
    // The maps tell of what classes several others have in common.
    this.classFiles =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofClassLoading(classes).cached()));
    merged.setMethod(ZipOutputStream.STORED);
  }

  public static void main(String[] args) throws IOException {
    List<Path> jars = Arrays.stream(args).skip(1).map(Path::of).toList();
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = jars.get(i).toUri().toURL();
    }
    try (URLClassLoader classes = new URLClassLoader(urls);
        OutputStream file = Files.newOutputStream(Path.of(args[0]));
        ZipOutputStream merged = new ZipOutputStream(new BufferedOutputStream(file))) {
      MergeJars merge = new MergeJars(merged, classes);
      merge.manifest(jars.getFirst());
      for (Path jar : jars) {
        merge.add(jar);
      }
      for (Map.Entry<String, StringBuilder> list : merge.services.entrySet()) {
        merge.write(list.getKey(), list.getValue().toString().getBytes("UTF-8"));
      }
    }
  }

  private void manifest(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
      var content = new java.io.ByteArrayOutputStream();
      manifest.write(content);
      write(JarFile.MANIFEST_NAME, content.toByteArray());
    }
  }

  private void add(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (ZipEntry entry : file.stream().toList()) {
        String name = entry.getName();
        try (InputStream content = file.getInputStream(entry)) {
          if (name.startsWith(SERVICES) && !entry.isDirectory()) {
            services
                .computeIfAbsent(name, n -> new StringBuilder())
                .append(new String(content.readAllBytes(), "UTF-8"))
                .append('\n');
          } else if (!entry.isDirectory() && !isOfOneJarOnly(name) && present.add(name)) {
            byte[] bytes = content.readAllBytes();
            write(name, name.endsWith(".class") ? cacheable(bytes) : bytes);
          }
        }
      }
    }
  }

  /**
   * The JVM keeps no class in its cache that is in a form before Java 6's, or without maps of its
   * stack frames. Such a class is written anew in a later form, with maps.
   */
  private byte[] cacheable(byte[] classFile) {
    if (classFile[MAJOR_VERSION] >= JAVA_7) {
      return classFile;
    }
    return classFiles.transformClass(
        classFiles.parse(classFile),
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen((builder, element) ->
                builder.with(
                    element instanceof ClassFileVersion
                        ? ClassFileVersion.of(JAVA_7, 0)
                        : element)));
  }

  /** Signatures and module descriptors say something about the jar they are in. */
  private static boolean isOfOneJarOnly(String name) {
    return name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)") || name.endsWith("module-info.class");
  }

  private void write(String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    entry.setSize(content.length);
    // The same sources make the same jar.
    entry.setTime(0);
    merged.putNextEntry(entry);
    merged.write(content);
    merged.closeEntry();
  }
}
