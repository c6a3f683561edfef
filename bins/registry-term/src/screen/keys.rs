//! What the terminal tells, in the words of the screens.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use tui::{Input, Key, Modifiers, Mouse, MouseKind};

/// Translates an event; nothing for what the screens have no use for. A new size is not told here: it is
/// what is drawn, and not the window's.
pub(super) fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => of_key(key).map(Input::Key),
        Event::Mouse(mouse) => of_mouse(mouse).map(Input::Mouse),
        Event::Paste(text) => Some(Input::paste(text)),
        Event::FocusGained | Event::FocusLost | Event::Resize(..) => None,
    }
}

fn of_key(key: KeyEvent) -> Option<Key> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let code = match key.code {
        KeyCode::Char(letter) => tui::KeyCode::Char(letter),
        KeyCode::Enter => tui::KeyCode::Enter,
        KeyCode::Esc => tui::KeyCode::Escape,
        KeyCode::Backspace => tui::KeyCode::Backspace,
        KeyCode::Delete => tui::KeyCode::Delete,
        KeyCode::Tab => tui::KeyCode::Tab,
        KeyCode::BackTab => tui::KeyCode::BackTab,
        KeyCode::Left => tui::KeyCode::Left,
        KeyCode::Right => tui::KeyCode::Right,
        KeyCode::Up => tui::KeyCode::Up,
        KeyCode::Down => tui::KeyCode::Down,
        KeyCode::Home => tui::KeyCode::Home,
        KeyCode::End => tui::KeyCode::End,
        KeyCode::PageUp => tui::KeyCode::PageUp,
        KeyCode::PageDown => tui::KeyCode::PageDown,
        KeyCode::F(number) => tui::KeyCode::F(number),
        _ => return None,
    };
    let has = |modifier| key.modifiers.contains(modifier);
    Some(Key {
        code,
        modifiers: Modifiers {
            control: has(KeyModifiers::CONTROL),
            alt: has(KeyModifiers::ALT),
            shift: has(KeyModifiers::SHIFT),
        },
    })
}

fn of_mouse(mouse: MouseEvent) -> Option<Mouse> {
    let kind = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Press,
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::ScrollUp => MouseKind::ScrollUp,
        MouseEventKind::ScrollDown => MouseKind::ScrollDown,
        _ => return None,
    };
    Some(Mouse {
        kind,
        row: mouse.row,
        col: mouse.column,
    })
}
