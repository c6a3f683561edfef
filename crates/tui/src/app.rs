//! All screens together: what is known, and what is shown of it.

mod draw;
mod input;

use std::fmt;

use ratatui::layout::{Position, Rect};

use crate::{
    access::AccessScreen,
    ask::Ask,
    bar::Bar,
    canvas::Spot,
    config::ConfigScreen,
    help::HelpScreen,
    layout::{LEAST_COLS, LEAST_ROWS},
    log::LogScreen,
    news::{Connection, News, Outcome, Progress, Said},
    packages::PackagesScreen,
    panel::Panel,
    prompt::Question,
    screen::Screen,
    status::StatusScreen,
    theme::{Role, Theme},
};

/// How an [`App`] looks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Options {
    /// In which colours.
    pub theme: Theme,
    /// How large.
    pub size: SizeRule,
}

/// How large the screens are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SizeRule {
    /// As the `rows` and `cols` of the 13 bytes say, where they are not 0 and the window has them.
    /// Less than the screens need is not believed: nobody could set it right again.
    #[default]
    Bytes,
    /// As the window is.
    Window,
}

/// The screens. It holds what it was told, and does nothing by itself.
///
/// ```
/// use ratatui::{buffer::Buffer, layout::Rect};
/// use tui::{App, Ask, Input, Key, KeyCode, News, Options};
///
/// let mut app = App::new(Options::default());
/// let bytes = config13::Config13::new(0x28aa_1533);
/// app.tell(News::Config { saved: bytes, pending: bytes });
///
/// // The cursor is on the first field: three rows down is the first switch.
/// for _ in 0..3 {
///     app.input(Input::Key(Key::plain(KeyCode::Down)));
/// }
/// let asks = app.input(Input::Key(Key::plain(KeyCode::Enter)));
/// assert_eq!(asks, [Ask::Run("enable PREMIUM_TYPES".to_owned())]);
///
/// let mut cells = Buffer::empty(Rect::new(0, 0, 80, 24));
/// app.draw(&mut cells);
/// ```
pub struct App {
    options: Options,
    screen: Screen,
    /// Whether the tabs take the keys.
    is_on_tabs: bool,
    connection: Connection,
    config: ConfigScreen,
    packages: PackagesScreen,
    status: StatusScreen,
    log: LogScreen,
    access: AccessScreen,
    help: HelpScreen,
    bar: Bar,
    panel: Panel,
    question: Option<Question>,
    progress: Option<Progress>,
    message: Option<(String, Role)>,
    /// Commands that are not answered yet.
    running: usize,
    /// Those of them that were typed, whose answers are shown whole.
    typed: Vec<String>,
    /// Whether leaving was asked for while something is not saved.
    is_leaving: bool,
    /// Whether a command was asked to stop.
    is_cancelling: bool,
    spots: Vec<(Rect, Spot)>,
    /// Where the screens were drawn last.
    window: Rect,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is typed may be a secret.
        f.debug_struct("App")
            .field("options", &self.options)
            .field("screen", &self.screen)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Screens that were told nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            screen: Screen::Config,
            is_on_tabs: false,
            connection: Connection::default(),
            config: ConfigScreen::default(),
            packages: PackagesScreen::default(),
            status: StatusScreen::default(),
            log: LogScreen::default(),
            access: AccessScreen::default(),
            help: HelpScreen::default(),
            bar: Bar::default(),
            panel: Panel::default(),
            question: None,
            progress: None,
            message: None,
            running: 0,
            typed: Vec::new(),
            is_leaving: false,
            is_cancelling: false,
            spots: Vec::new(),
            window: Rect::ZERO,
        }
    }

    /// Which screen is shown.
    pub const fn screen(&self) -> Screen {
        self.screen
    }

    /// Shows a screen.
    pub fn show(&mut self, screen: Screen) -> Vec<Ask> {
        self.screen = screen;
        self.is_on_tabs = false;
        match screen {
            Screen::Access => vec![Ask::LoadAccess],
            _ => Vec::new(),
        }
    }

    /// How many fields of the 13 bytes are changed and not saved.
    pub fn unsaved(&self) -> usize {
        self.config.unsaved()
    }

    /// Returns how many rows and columns are drawn in a window of so many.
    pub fn size(&self, rows: u16, cols: u16) -> (u16, u16) {
        let (SizeRule::Bytes, Some(config)) = (self.options.size, self.config.saved()) else {
            return (rows, cols);
        };
        let fixed = |cells: u8, least: u16, window: u16| match u16::from(cells) {
            0 => window,
            cells => cells.max(least).min(window),
        };
        (
            fixed(config.rows(), LEAST_ROWS, rows),
            fixed(config.cols(), LEAST_COLS, cols),
        )
    }

    /// Takes what the host has learned. Draw afterwards.
    pub fn tell(&mut self, news: News) -> Vec<Ask> {
        match news {
            News::Config { saved, pending } => self.config.tell(saved, pending),
            News::Connection(connection) => self.connection = connection,
            News::Packages(packages) => self.packages.tell_all(packages),
            News::Package(package) => return self.packages.tell(package).into_iter().collect(),
            News::PackageGone(name) => self.packages.tell_gone(&name),
            News::Details { name, details } => self.packages.tell_details(&name, details),
            News::Status(figures) => self.status.tell(figures),
            News::Event(event) => self.log.tell(event),
            News::Untold(why) => self.log.close(&why),
            News::Access(access) => self.access.tell(access),
            News::Cleared => self.panel.clear(),
            News::Said(said) => self.hear(&said),
            News::Completions(completions) => self.bar.take_completions(completions),
            News::Prompt(prompt) => self.question = Some(Question::new(prompt)),
            News::Progress(progress) => self.progress = Some(progress),
        }
        Vec::new()
    }

    /// Takes what a command came to: an answer of one line is told in one line.
    fn hear(&mut self, said: &Said) {
        if !said.line.is_empty() {
            self.running = self.running.saturating_sub(1);
        }
        let typed = self.typed.iter().position(|line| *line == said.line);
        let was_typed = typed.map(|index| self.typed.remove(index)).is_some();
        if self.running == 0 {
            (self.progress, self.question) = (None, None);
            self.typed.clear();
            self.config.answered();
            self.is_cancelling = false;
        }
        self.panel.keep(said);
        let hint = match &said.outcome {
            Outcome::Failed { hint } => hint.as_deref(),
            Outcome::Done | Outcome::No => None,
        };
        let role = match said.outcome {
            Outcome::Done => Role::Base,
            Outcome::No => Role::Warn,
            Outcome::Failed { .. } => Role::Bad,
        };
        let lines = said.text.lines().count() + said.notes.len() + hint.iter().len();
        if was_typed && lines > 1 {
            self.panel.open();
            self.message = None;
            return;
        }
        // Of an answer to a key, the last line says what was done: those before it are a table.
        let line = match said.outcome {
            Outcome::Failed { .. } => said.text.lines().next(),
            _ => said.text.lines().last(),
        };
        let mut line = line.unwrap_or_default().to_owned();
        if let Some(hint) = hint {
            line = format!("{line}: {hint}");
        }
        self.message = Some((line, role));
    }

    /// Runs a command line.
    fn run(&mut self, line: String) -> Ask {
        self.running += 1;
        self.message = None;
        Ask::Run(line)
    }

    /// Draws every cell of the buffer, and returns where the cursor is shown.
    pub fn draw(&mut self, buffer: &mut ratatui::buffer::Buffer) -> Option<Position> {
        self.draw_into(buffer)
    }
}
