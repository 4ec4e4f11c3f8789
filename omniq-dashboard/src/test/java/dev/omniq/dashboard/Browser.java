package dev.omniq.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;

/** A real Chromium without a window; it notices what pages complain of and whom they ask. */
final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path IMAGES = Path.of("..", "docs", "images");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ChromeDriver driver;
  private final List<String> expectedErrors = new ArrayList<>();
  private URI home;

  Browser(Path profile) {
    if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
      if (System.getenv("CI") != null) {
        throw new IllegalStateException(
            "the tests of the pages need Debian's packages chromium and chromium-driver");
      }
      abort("Chromium is not installed: the tests of the pages are skipped");
    }
    var options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--force-prefers-reduced-motion",
        "--lang=en",
        "--user-data-dir=" + profile);
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    var service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    driver = new ChromeDriver(service, options);
    driver.manage().window().setSize(new Dimension(1360, 1000));
    home = URI.create("about:blank");
  }

  /** Where {@link #open} begins. */
  void home(URI uri) {
    home = uri;
  }

  /** Opens a page by what stands behind {@code #} in its address. */
  void open(String hash) {
    driver.get("about:blank"); // another hash alone would not load the page again
    driver.get(home + "#" + hash);
    await(By.cssSelector("main > *"));
  }

  /** Goes to a page of somebody else. */
  void visit(URI elsewhere) {
    driver.get(elsewhere.toString());
  }

  String address() {
    return String.valueOf(driver.getCurrentUrl());
  }

  WebElement await(By element) {
    return waiting().until(browser -> browser.findElement(element));
  }

  WebElement await(String css) {
    return await(By.cssSelector(css));
  }

  WebElement link(String text) {
    return await(By.linkText(text));
  }

  int count(String css) {
    return driver.findElements(By.cssSelector(css)).size();
  }

  List<String> texts(String css) {
    return waiting()
        .until(
            browser ->
                browser.findElements(By.cssSelector(css)).stream()
                    .map(WebElement::getText)
                    .toList());
  }

  void awaitText(String css, String text) {
    waiting()
        .withMessage(() -> css + " never had '" + text + "'")
        .until(
            browser ->
                browser.findElements(By.cssSelector(css)).stream()
                    .anyMatch(each -> each.getText().contains(text)));
  }

  void awaitGone(String css) {
    waiting()
        .withMessage(() -> css + " is still there")
        .until(browser -> browser.findElements(By.cssSelector(css)).isEmpty());
  }

  void click(String css) {
    waiting()
        .withMessage(() -> css + " cannot be clicked")
        .until(
            browser -> {
              browser.findElement(By.cssSelector(css)).click();
              return true;
            });
  }

  void type(String css, CharSequence... keys) {
    await(css).sendKeys(keys);
  }

  /** Presses keys where the focus is. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  void press(Keys key) {
    driver.switchTo().activeElement().sendKeys(key);
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  void size(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  /** An error that the page is right to complain of. */
  void expectError(String part) {
    expectedErrors.add(part);
  }

  /** Whether the pictures of the documents are to be made anew: {@code -Domniq.pictures=true}. */
  static boolean makesPictures() {
    return Boolean.getBoolean("omniq.pictures");
  }

  /** A picture for the documents, if they are to be made anew, or else for the test's output. */
  void picture(String name) throws IOException {
    File taken = driver.getScreenshotAs(OutputType.FILE);
    Path directory = makesPictures() ? IMAGES : Path.of("target", "images");
    Files.createDirectories(directory);
    Files.copy(
        taken.toPath(),
        directory.resolve("dashboard-" + name + ".png"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  /** What the console of the browser said, and whom it asked, is as it should be. */
  void assertClean() {
    assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .filteredOn(message -> expectedErrors.stream().noneMatch(message::contains))
        .isEmpty();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = Json.parse(entry.getMessage()).get("message");
      if (message.get("method").stringValue("").equals("Network.requestWillBeSent")) {
        String asked = message.get("params").get("request").get("url").stringValue("");
        assertThat(asked)
            .matches(
                url ->
                    url.startsWith("about:")
                        || url.startsWith("data:")
                        || url.startsWith("chrome:")
                        || home.getAuthority().equals(URI.create(url.split("#")[0]).getAuthority())
                        || (home.getHost() + ":" + home.getPort())
                            .equals(URI.create(url.split("#")[0]).getHost() + ":" + home.getPort()),
                "a request to " + home.getAuthority());
      }
    }
  }

  private WebDriverWait waiting() {
    var wait = new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50));
    wait.ignoring(StaleElementReferenceException.class);
    wait.ignoring(org.openqa.selenium.NoSuchElementException.class);
    wait.ignoring(org.openqa.selenium.ElementNotInteractableException.class);
    wait.ignoring(org.openqa.selenium.ElementClickInterceptedException.class);
    return wait;
  }

  Map<?, ?> computed(String css) {
    return (Map<?, ?>)
        driver.executeScript(
            "const style = getComputedStyle(document.querySelector(arguments[0]));"
                + "return {color: style.color, background: style.backgroundColor};",
            css);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
