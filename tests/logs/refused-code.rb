class Flow
  def start
    action
  end
end
