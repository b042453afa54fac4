//! Placeholder
mod debian; mod debian_toolchain; mod process; mod toolchain; mod workspace;
fn main() -> anyhow::Result<()> {
    let t = toolchain::WasmToolchain::set_up()?;
    println!("{t:?}");
    Ok(())
}
