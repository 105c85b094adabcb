//! Experiments to start from. Each preset is one file with its own card.

pub mod card;
pub mod cnn;
pub mod house_price;
pub mod mlp;
pub mod nuclei;
pub mod one_neuron;
pub mod unet_mini;

pub use card::PresetCard;

/// All presets, in the order of the menu.
pub const ALL: [PresetCard; 6] = [one_neuron::CARD, mlp::CARD, house_price::CARD, nuclei::CARD, cnn::CARD, unet_mini::CARD];

/// The preset named `id`.
pub fn find(id: &str) -> Option<&'static PresetCard> {
    ALL.iter().find(|card| card.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_for_its_own_data() {
        for card in ALL {
            let experiment = (card.experiment)();
            let info = experiment.data.generated_info().expect("no preset waits for a file");
            assert_eq!(experiment.validate(Some(&info)), vec![], "{}", card.id);
            assert!(find(card.id).is_some());
        }
    }
}
